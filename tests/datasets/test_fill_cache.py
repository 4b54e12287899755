import importlib

import numpy as np
import pytest

from avreg.datasets import BadMedia, fill_cache
from avreg.registry import DATASETS
from tests.datasets import media

STEPS = [dict(type='LoadClip'), dict(type='LogMel'), dict(type='Resize', size=16)]


def dataset(root, cache) -> dict:
    """LLP of three training clips, the last of them damaged."""
    clip = media.write_video(root / 'clip.mp4', seconds=3)
    media.make_llp(root / 'llp', clip, train=3)
    broken = sorted((root / 'llp/video').glob('tra_*'))[-1]
    broken.unlink()
    broken.write_bytes(clip.read_bytes()[:100])
    return dict(type='LLP', data_root=str(root / 'llp'), split='train', pipeline=[dict(type='Cached', transforms=STEPS, folder=str(cache))])


def test_every_clip_is_made_once_and_found_again(tmp_path):
    config = dataset(tmp_path, tmp_path / 'cache')
    entries = lambda: {path: path.stat().st_mtime_ns for path in (tmp_path / 'cache').rglob('*.npz')}  # noqa: E731
    assert fill_cache([config, config], workers=2) == 3
    made = entries()
    assert len(made) == 2, 'the damaged clip is left to on_bad_media'
    assert fill_cache([config], workers=2) == 1 and entries() == made
    read = DATASETS.build(dict(config))[0]
    assert entries() == made and isinstance(read['frames'], np.ndarray)


def test_a_clip_that_is_needed_stops_before_the_training(tmp_path):
    config = dataset(tmp_path, tmp_path / 'cache')
    with pytest.raises(BadMedia, match='^llp train sample tra_.*Repair the file') as caught:
        fill_cache([{**config, 'on_bad_media': 'error'}], workers=2)
    assert 'Traceback' not in str(caught.value)


def test_a_pipeline_without_a_cache_needs_nothing(tmp_path):
    config = dataset(tmp_path, tmp_path / 'cache')
    assert fill_cache([{**config, 'pipeline': []}]) == 0


def test_processes_share_the_work(tmp_path, monkeypatch):
    config = dataset(tmp_path, tmp_path / 'cache')
    for rank, share in ((0, 2), (1, 1)):
        monkeypatch.setattr(importlib.import_module('avreg.datasets.fill_cache'), 'get_dist_info', lambda rank=rank: (rank, 2))
        assert fill_cache([config], workers=1) == share
    assert len(list((tmp_path / 'cache').rglob('*.npz'))) == 2
