"""Golden cases of the benchmarks with pixels: the numbers of the benchmarks' own evaluation code."""
import json

import numpy as np
import pytest

from avreg.evaluation import AVSObject, AVSSemantic, CIoU

from .golden_pixels import golden_samples

METRICS = {'vggss': CIoU, 'avs_s4': lambda **options: AVSObject('avs_s4', **options),
           'avs_ms3': lambda **options: AVSObject('avs_ms3', **options), 'avss': AVSSemantic}


@pytest.fixture(scope='module')
def samples(repo):
    """Samples of each benchmark, read when asked for."""
    read = {}

    def of(benchmark):
        if benchmark not in read:
            read[benchmark] = [one.to_dict() for one in golden_samples(repo / 'tests/data/metrics' / benchmark)]
        return read[benchmark]
    return of


def evaluate(metric, samples):
    for sample in samples:
        metric.process(None, [sample])
    return metric.evaluate(len(samples))


@pytest.mark.parametrize('benchmark', METRICS)
@pytest.mark.parametrize('shuffled', [False, True])
def test_golden_numbers(repo, samples, benchmark, shuffled):
    given = samples(benchmark)
    if shuffled:
        given = [given[i] for i in np.random.default_rng(0).permutation(len(given))]
    scores = evaluate(METRICS[benchmark](), given)
    expected = json.loads((repo / 'tests/data/metrics' / benchmark / 'expected.json').read_text())
    assert scores == pytest.approx({f'{benchmark}/{key}': value for key, value in expected.items()}, abs=1e-5)


@pytest.mark.parametrize('benchmark, fscore_batch, fscore', [
    ('avs_s4', 4, 63.460), ('avs_s4', 24, 59.815), ('avs_ms3', 4, 67.638), ('avs_ms3', 24, 63.332),
])
def test_golden_numbers_of_other_batches(samples, benchmark, fscore_batch, fscore):
    plain = evaluate(METRICS[benchmark](), samples(benchmark))
    batched = evaluate(METRICS[benchmark](fscore_batch=fscore_batch), samples(benchmark)[::-1])
    assert batched[f'{benchmark}/fscore'] == pytest.approx(fscore, abs=1e-3)
    assert batched[f'{benchmark}/miou'] == pytest.approx(plain[f'{benchmark}/miou'], abs=1e-10)
