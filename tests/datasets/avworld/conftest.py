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


PIXEL_TINY = dict(
    vggss=dict(train=2, val=2, test=6), avs_s4=dict(train=3, val=1, test=3), avs_ms3=dict(train=2, val=1, test=4),
    avss=dict(train=2, val=1, test=3))


@pytest.fixture(scope='session')
def pixel_builder(tmp_path_factory) -> AVWorldBuilder:
    """As ``builder``, of the benchmarks with boxes and masks."""
    builder = AVWorldBuilder(tmp_path_factory.mktemp('pixels') / 'avworld', seed=7, benchmarks=list(PIXEL_TINY),
                             sizes=PIXEL_TINY, workers=1)
    builder.build()
    return builder
