"""SilentTestLoop: which data it reads, and without what."""
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config, ConfigDict

from avreg.datasets import AVE
from avreg.engine import SilentTestLoop
from avreg.evaluation import AVEAccuracy, BenchmarkEvaluator
from tests.evaluation.samples import ave_sample


class Model:
    """Notes what is muted while it predicts."""

    def __init__(self):
        self.data_preprocessor = SimpleNamespace(mute=())
        self.muted = []

    def eval(self):
        return self

    def test_step(self, batch):
        self.muted.append(self.data_preprocessor.mute)
        return batch


class Loader(list):
    """Batches, and the dataset that they are from."""

    def __init__(self, dataset):
        super().__init__([[ave_sample('a', [0] * 10, [0] * 10)]])
        self.dataset = dataset


def make_loop(dataset: dict, tested: SimpleNamespace) -> tuple[SilentTestLoop, list[dict]]:
    """A loop over a test of ``dataset``, and the dataset's configs that its silent test asks for."""
    asked = []

    def build_dataloader(loader, seed):
        asked.append(loader.dataset)
        return Loader([None])

    runner = SimpleNamespace(cfg=Config(dict(test_dataloader=dict(dataset=dataset))), seed=0, model=Model(),
                             logger=SimpleNamespace(info=lambda text: None), build_dataloader=build_dataloader)
    return SilentTestLoop(runner, Loader(tested), BenchmarkEvaluator(dict(ave=dict(type='AVEAccuracy'))), silent=['ave']), asked


@pytest.mark.parametrize('kind', ['avreg.AVE', 'AVE', AVE])
def test_only_silent_benchmarks_are_read_whatever_names_their_class(kind):
    both = SimpleNamespace(datasets=[SimpleNamespace(benchmark='llp'), SimpleNamespace(benchmark='ave')])
    loop, asked = make_loop(ConfigDict(type='BenchmarkConcat', datasets=[dict(type='avreg.LLP'), dict(type=kind)]), both)
    assert loop._test_silently() == {'ave/accuracy': 100.0}
    assert [dataset.type for dataset in asked[0].datasets] == [kind]
    assert loop.runner.model.muted == [('audio', )] and loop.runner.model.data_preprocessor.mute == ()


def test_a_test_of_one_benchmark_alone():
    loop, asked = make_loop(ConfigDict(type='avreg.AVE'), SimpleNamespace(benchmark='ave'))
    assert loop._test_silently() == {'ave/accuracy': 100.0} and asked == [dict(type='avreg.AVE')]


def test_in_half_precision_both_tests_are(monkeypatch):
    loop, _ = make_loop(ConfigDict(type='avreg.AVE'), SimpleNamespace(benchmark='ave'))
    loop.fp16, seen = True, []
    step = loop.runner.model.test_step

    def test_step(batch):
        seen.append(torch.is_autocast_enabled('cpu'))
        return step(batch)

    monkeypatch.setattr(loop.runner.model, 'test_step', test_step)
    assert loop._test_silently() == {'ave/accuracy': 100.0} and seen == [True]
    # NumPy has no bf16.
    assert AVEAccuracy().array(dict(x=torch.tensor([0.5], dtype=torch.bfloat16)), 'x') == [0.5]
