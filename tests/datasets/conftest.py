"""Media and downloads that the tests of datasets share."""
from pathlib import Path

import pytest

from avreg.datasets import BenchmarkConcat

from . import media


@pytest.fixture(scope='session')
def clip(tmp_path_factory) -> Path:
    """Three seconds, 8 frames a second, 32 x 32, stereo sound."""
    return media.write_video(tmp_path_factory.mktemp('clip') / 'clip.mp4')


@pytest.fixture
def ave_root(tmp_path, clip) -> Path:
    return media.make_ave(tmp_path / 'ave', clip)


@pytest.fixture
def llp_root(tmp_path, clip) -> Path:
    return media.make_llp(tmp_path / 'llp', clip)


@pytest.fixture
def music_root(tmp_path, clip) -> Path:
    return media.make_music_avqa(tmp_path / 'music_avqa', clip)


@pytest.fixture
def pipeline() -> list[dict]:
    """A training pipeline."""
    return [
        dict(type=name, **kwargs)
        for name, kwargs in (('LoadClip', {}), ('LogMel', {}), ('Resize', dict(size=16)), ('RandomFlip', {}),
                             ('AudioGain', {}), ('FrameJitter', {}), ('TokenizeText', {}), ('PackAVInputs', {}))
    ]


@pytest.fixture
def concat(ave_root, llp_root, music_root, pipeline) -> BenchmarkConcat:
    """6 + 5 + 6 training samples of three benchmarks."""
    return BenchmarkConcat([
        dict(type='AVE', data_root=str(ave_root), pipeline=pipeline),
        dict(type='LLP', data_root=str(llp_root), pipeline=pipeline),
        dict(type='MusicAVQA', data_root=str(music_root), pipeline=pipeline, num_segments=4)])
