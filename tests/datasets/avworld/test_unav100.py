"""UnAV-100 of the world: the events are those that are heard and seen, at any time, and overlap."""
import json

import numpy as np
import pytest

from avreg.datasets import UnAV100
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.scene import during
from avreg.datasets.avworld.sound import SAMPLE_RATE, render_sound
from avreg.datasets.avworld.unav100 import DURATION, events_of
from avreg.datasets.avworld.world import WRITERS, AVWorldBuilder
from avreg.registry import TRANSFORMS

SIZES = dict(unav100=dict(train=2, val=1, test=2))


@pytest.fixture(scope='module')
def scenes():
    return [WRITERS['unav100'].clip(5, 'test', index).scene for index in range(200)]


@pytest.fixture(scope='module')
def builder(tmp_path_factory):
    builder = AVWorldBuilder(tmp_path_factory.mktemp('untrimmed') / 'avworld', seed=7, benchmarks=['unav100'], sizes=SIZES, workers=1)
    builder.build()
    return builder


def test_events_are_short_and_long_fractional_and_overlap(scenes):
    events = [events_of(scene) for scene in scenes]
    length = np.array([end - start for of_scene in events for _, start, end in of_scene])
    assert all(events) and length.min() >= 0.5 - 1e-9 and length.max() <= 30
    assert all(share > 0.05 for share in ((length <= 5).mean(), ((length > 5) & (length <= 20)).mean(), (length > 20).mean() * 2))
    assert np.mean(length % 1 > 1e-6) > 0.9
    overlapping = [any(a[0] != b[0] and max(a[1], b[1]) < min(a[2], b[2]) for a in e for b in e) for e in events]
    assert 0.4 < np.mean(overlapping) < 0.9
    assert {kind for e in events for kind, *_ in e} == set(range(len(KINDS)))
    # Events of a kind never touch, and lie inside the clip.
    for e in events:
        for kind in range(len(KINDS)):
            own = [event[1:] for event in e if event[0] == kind]
            assert all(a[1] < b[0] for a, b in zip(own, own[1:])) and all(0 <= a < b <= DURATION for a, b in own)


def test_each_sense_alone_says_more_than_there_is(scenes):
    times = np.arange(DURATION * 10) / 10
    heard = shown = both = 0
    for scene in scenes:
        for actor in scene.actors:
            ear, eye = during(actor.heard, times), during(actor.shown, times) & actor.visible
            heard, shown, both = heard + ear.sum(), shown + eye.sum(), both + (ear & eye).sum()
    assert both / heard < 0.75 and both / shown < 0.8


def test_sound_begins_and_ends_to_the_sample(scenes):
    scene = next(s for s in scenes if len(s.actors) == 1 and s.actors[0].heard[0][0] > 1)
    sound, (start, _) = render_sound(scene), scene.actors[0].heard[0]
    power = sound.reshape(-1, SAMPLE_RATE // 20).astype(float)**2
    loud = power.mean(1) > 8 * power[:10].mean()
    assert len(sound) == DURATION * SAMPLE_RATE and not loud[:int(start * 20)].any()
    assert loud[int(start * 20):int(start * 20) + 4].any()


def test_files_are_the_official_ones_and_the_dataset_reads_them(builder):
    database = json.loads((builder.folder('unav100') / 'annotations/unav100_annotations.json').read_text())['database']
    assert [video['subset'] for video in database.values()] == ['train', 'train', 'validation', 'test', 'test']
    for split, clips in builder.clips('unav100').items():
        data = UnAV100(str(builder.folder('unav100')), 'validation' if split == 'val' else split, num_segments=40)
        assert [data.get_data_info(i)['sample_id'] for i in range(len(data))] == [clip.clip_id for clip in clips]
        for i, clip in enumerate(clips):
            events = events_of(clip.scene)
            info = data.get_data_info(i)
            assert info['gt_spans'].tolist() == [list(event[1:]) for event in events] and info['duration'] == DURATION
            assert [data.card.labels[label] for label in info['gt_span_labels']] == [KINDS[event[0]].unav100 for event in events]
    loaded = TRANSFORMS.build(dict(type='LoadClip'))(data.get_data_info(0))
    assert len(loaded['frames']) == 40 and len(loaded['waveform']) == 40 * SAMPLE_RATE
