"""Names, look-alikes and timbre-alikes."""
import json

import pytest

from avreg.benchmarks import get_card
from avreg.benchmarks.music_avqa import INSTRUMENTS
from avreg.datasets.avworld.kinds import KINDS, SPECIES, heard_timbre, look_alike, timbre_alike


@pytest.mark.parametrize('benchmark, labels', [
    ('ave', get_card('ave').labels[:-1]), ('llp', get_card('llp').labels), ('music_avqa', INSTRUMENTS)])
def test_every_kind_bears_a_label_of_its_own(benchmark, labels):
    names = [getattr(kind, benchmark) for kind in KINDS]
    assert set(names) <= set(labels)
    assert len(set(names)) == len(KINDS)


def test_every_kind_bears_a_label_of_the_benchmarks_with_boxes_and_masks(shared_dir):
    classes = {name: json.loads((shared_dir / f'data/classes/{name}.json').read_text())
               for name in ('vggss', 'avsbench_s4', 'avss')}
    assert {kind.vggss for kind in KINDS} <= set(classes['vggss']['classes'])
    for field, labels in (('avs_s4', classes['avsbench_s4']['categories']), ('avss', classes['avss']['classes'][1:])):
        names = [name for kind in KINDS for name in getattr(kind, field)]
        assert set(names) <= set(labels)
        assert len(set(names)) == len(names), 'no two species of any kinds share one'
    for kind in KINDS:
        assert len(kind.avss) == SPECIES
        assert [classes['avsbench_s4']['avss_class'][category] for category in kind.avs_s4] == list(kind.avss[:len(kind.avs_s4)])


def test_pairs_by_look_and_by_timbre_share_no_pair():
    for kind in range(len(KINDS)):
        for alike in (look_alike, timbre_alike):
            assert alike(kind) != kind and alike(alike(kind)) == kind
        assert look_alike(kind) != timbre_alike(kind)
        assert KINDS[kind].look.shape == KINDS[look_alike(kind)].look.shape
        assert KINDS[kind].look.detail == -KINDS[look_alike(kind)].look.detail


def test_a_hidden_accent_makes_timbre_alikes_the_same_and_nobody_else():
    hidden = [heard_timbre(kind, 0.0) for kind in range(len(KINDS))]
    for kind in range(len(KINDS)):
        same = [other for other in range(len(KINDS)) if abs(hidden[other].pitch - hidden[kind].pitch) < 1e-9]
        assert sorted(same) == sorted([kind, timbre_alike(kind)])
        assert heard_timbre(kind, 1.0) == KINDS[kind].timbre
