"""Spans and flags; kinds that are kept apart."""
import numpy as np
import pytest

from avreg.datasets.avworld.kinds import look_alike, timbre_alike
from avreg.datasets.avworld.scene import flags, other_kinds, spans_of


@pytest.mark.parametrize('spans', [(), ((0, 10), ), ((0, 3), (5, 6), (8, 10))])
def test_spans_and_flags_are_inverse(spans):
    assert spans_of(flags(spans, 10)) == spans


def test_flags_are_half_open():
    assert flags(((2, 4), ), 5).tolist() == [False, False, True, True, False]


def test_other_kinds_keep_alikes_out():
    rng = np.random.default_rng(0)
    for _ in range(50):
        first, = other_kinds(rng, 1, [4], alike=False)
        assert first not in (4, look_alike(4), timbre_alike(4))
    assert sorted(other_kinds(rng, 9, [4])) == [0, 1, 2, 3, 5, 6, 7, 8, 9]
