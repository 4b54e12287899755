from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from avreg.engine import PictureHook
from avreg.errors import ConfigError
from avreg.structures import AVDataSample
from tests.models.samples import make_samples


def samples(gates: bool = True):
    made = make_samples('unav100', (6, 5, 4))
    for sample, length in zip(made, (6, 5, 4)):
        sample.pred_spans, sample.pred_span_labels = sample.gt_spans + 0.3, sample.gt_span_labels
        sample.pred_span_scores = torch.tensor([0.9, 0.1])
        if gates:
            sample.gate_audio = sample.gate_visual = torch.rand(length)
            sample.gate_times = torch.arange(length) + 0.5
    return made


def runner(*benchmarks):
    lines = []
    return SimpleNamespace(test_loop=SimpleNamespace(evaluator=SimpleNamespace(by_benchmark=dict.fromkeys(benchmarks))),
                           logger=SimpleNamespace(info=lines.append), lines=lines)


@pytest.mark.parametrize('gates', [True, False])
def test_draws_the_first_samples_whole(tmp_path, gates):
    run, hook = runner('ave', 'unav100'), PictureHook(str(tmp_path / 'new'), limit=2)
    hook.before_test(run)
    hook.after_test_iter(run, 0, outputs=[*make_samples('ave'), *samples(gates)])
    hook.after_test_epoch(run)
    drawn = sorted(path.name for path in (tmp_path / 'new').rglob('*') if path.is_file())
    assert drawn == ['unav1000.png', 'unav1001.png'] and run.lines == [f'2 pictures are in {tmp_path / "new"}']
    assert all(path.read_bytes()[:4] == b'\x89PNG' for path in (tmp_path / 'new/unav100').iterdir())


@pytest.mark.parametrize('fields', [('pred_prob', 'pred_descriptions'), ('pred_prob', ), ('pred_descriptions', )])
def test_masks_and_sentences_are_drawn_as_far_as_they_are_predicted(tmp_path, fields):
    for k in range(2):
        Image.fromarray(np.full((8, 8, 3), 100 * k, np.uint8)).save(tmp_path / f'{k}.jpg')
    sample = AVDataSample(metainfo=dict(benchmark='f_lifescene', sample_id='a', descriptions=['A dog barks.', 'Nothing.'],
                                        frame_paths=[str(tmp_path / f'{k}.jpg') for k in range(2)]))
    sample.gt_masks = torch.ones(2, 8, 8)
    predicted = dict(pred_prob=torch.rand(2, 8, 8), pred_descriptions=['a dog', 'nothing'])
    for field in fields:
        setattr(sample, field, predicted[field])
    hook = PictureHook(str(tmp_path / 'new'))
    hook.before_test(runner('f_lifescene'))
    hook.after_test_iter(None, 0, outputs=[sample])
    assert [path.name for path in (tmp_path / 'new/f_lifescene').iterdir()] == ['a.png']


def test_nothing_to_draw_is_said_before_the_test(tmp_path):
    with pytest.raises(ConfigError, match=r'none of the tested benchmarks \(ave, llp\) has a picture; those that have: unav100'):
        PictureHook(str(tmp_path)).before_test(runner('ave', 'llp'))
