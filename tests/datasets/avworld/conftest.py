"""A tiny world, built once."""
import pytest

from avreg.datasets.avworld.world import AVWorldBuilder

TINY = dict(
    ave=dict(train=4, val=1, test=2), llp=dict(train=4, val=2, test=2), music_avqa=dict(train=8, val=2, test=3))


@pytest.fixture(scope='session')
def builder(tmp_path_factory) -> AVWorldBuilder:
    """The builder of a tiny world that has been built in this process."""
    builder = AVWorldBuilder(tmp_path_factory.mktemp('world') / 'avworld', seed=7, sizes=TINY, workers=1)
    builder.build()
    return builder
