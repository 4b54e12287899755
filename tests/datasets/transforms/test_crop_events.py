import numpy as np
import pytest

from avreg.datasets.transforms import CropEvents
from avreg.errors import ConfigError
from avreg.structures import TimeGrid

GRID = dict(fps=16, window=16, stride=4)


def clip(length=100, spans=((2.0, 6.0), (10.0, 12.0), (23.0, 25.0)), seed=0) -> dict:
    """Every segment holds its number."""
    number = np.arange(length, dtype=np.float32)[:, None]
    return dict(features=dict(visual=number, audio=-number[:length - 1]), gt_spans=np.array(spans, np.float64).reshape(-1, 2),
                gt_span_labels=np.arange(len(spans)), rng=np.random.default_rng(seed))


def crop(results, max_length=256, **options) -> dict:
    return CropEvents(max_length, GRID, **options)(results)


@pytest.mark.parametrize('seed', range(20))
@pytest.mark.parametrize('max_length', [256, 40])
def test_a_window_with_events_in_it(seed, max_length):
    before, after = clip(seed=seed), crop(clip(seed=seed), max_length)
    visual, audio = after['features']['visual'][:, 0], after['features']['audio'][:, 0]
    start, length = int(visual[0]), len(visual)
    assert np.array_equal(visual, start + np.arange(length)) and np.array_equal(audio, -visual)
    assert length == 40 if max_length == 40 else 89 <= length <= 99
    grid = TimeGrid(**GRID)
    kept = []
    for span, label in zip(grid.of_seconds(before['gt_spans']), before['gt_span_labels']):
        inside = np.clip(span, start, start + length)
        if inside[1] - inside[0] >= 0.5 * (span[1] - span[0]):
            kept.append((label, *grid.to_seconds(inside - start)))
    assert kept
    assert after['gt_span_labels'].tolist() == [k[0] for k in kept]
    assert np.allclose(after['gt_spans'], [k[1:] for k in kept])


def test_the_whole_clip_keeps_its_events():
    after = crop(clip(), shares=(1.0, 1.0))
    assert len(after['features']['visual']) == len(after['features']['audio']) == 99
    assert np.allclose(after['gt_spans'][:2], clip()['gt_spans'][:2]) and len(after['gt_spans']) == 3


def test_without_events_any_window():
    starts = {int(crop(clip(spans=(), seed=seed), 40)['features']['visual'][0, 0]) for seed in range(30)}
    assert len(starts) > 10 and crop(clip(spans=()), 40)['gt_spans'].shape == (0, 2)


def test_shares_out_of_order():
    with pytest.raises(ConfigError, match=r'shares=\(1.0, 0.9\)'):
        crop(clip(), shares=(1.0, 0.9))
