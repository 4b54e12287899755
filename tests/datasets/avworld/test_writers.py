"""The files that a world consists of, read by the dataset classes, agree with its scenes."""
import json
from collections import Counter, defaultdict

import av
import numpy as np
import pytest

from avreg.benchmarks import get_card
from avreg.benchmarks.music_avqa import TEMPLATES
from avreg.datasets.ave import read_ave_rows
from avreg.datasets.avworld.ave import HEADER
from avreg.datasets.avworld.clip import MAX_SIZES
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.questions import answerable
from avreg.datasets.avworld.scene import flags
from avreg.datasets.avworld.world import WRITERS
from avreg.datasets.llp import read_llp_rows


def both_senses(scene):
    """Per kind: bool[T] heard and bool[T] seen playing."""
    heard, seen = np.zeros((2, len(KINDS), scene.duration), bool)
    for actor in scene.actors:
        heard[actor.kind] |= flags(actor.heard, scene.duration)
        seen[actor.kind] |= flags(actor.shown, scene.duration) & (actor.place is not None)
    return heard, seen


def test_ave_rows_are_what_is_both_heard_and_seen(builder):
    folder = builder.root / 'ave'
    assert (folder / 'Annotations.txt').read_text().splitlines()[0] == HEADER
    rows = {row.video_id: row for row in read_ave_rows(folder / 'Annotations.txt')}
    for split, clips in builder.clips('ave').items():
        assert [row.video_id for row in read_ave_rows(folder / f'{split}Set.txt')] == [clip.clip_id for clip in clips]
        for clip in clips:
            heard, seen = both_senses(clip.scene)
            kind, = np.flatnonzero((heard & seen).any(1))
            row = rows[clip.clip_id]
            assert row.category == KINDS[kind].ave
            assert flags(((row.start, row.end), ), 10).tolist() == (heard & seen)[kind].tolist()
            assert row.end - row.start >= 2


def test_llp_rows_are_what_is_heard_and_what_is_seen(builder):
    folder, clips = builder.root / 'llp', builder.clips('llp')
    for split, name in (('train', 'AVVP_train.csv'), ('val', 'AVVP_val_pd.csv'), ('test', 'AVVP_test_pd.csv')):
        weak = {row.fields[0]: set(row.fields[1].split(',')) for row in read_llp_rows(folder / name, 'filename event_labels')}
        assert list(weak) == [clip.clip_id for clip in clips[split]]
        for clip in clips[split]:
            heard, seen = both_senses(clip.scene)
            assert weak[clip.clip_id] == {KINDS[kind].llp for kind in np.flatnonzero((heard | seen).any(1))}
    for sense, name in enumerate(('AVVP_eval_audio.csv', 'AVVP_eval_visual.csv')):
        events = defaultdict(set)
        for (clip_id, onset, offset, label), _ in read_llp_rows(folder / name, 'filename onset offset event_labels'):
            events[clip_id] |= {(label, second) for second in range(int(onset), int(offset))}
        for clip in clips['val'] + clips['test']:
            marks = both_senses(clip.scene)[sense]
            assert events[clip.clip_id] == {(KINDS[kind].llp, second) for kind, second in zip(*np.nonzero(marks))}
        assert not set(events) & {clip.clip_id for clip in clips['train']}


def test_questions_are_in_the_official_form(builder):
    ids, card = [], get_card('music_avqa')
    known = {(t.template, t.modality, t.type) for t in TEMPLATES}
    for split, clips in builder.clips('music_avqa').items():
        rows = json.loads((builder.root / f'music_avqa/json_update/avqa-{split}.json').read_text())
        scenes = {clip.clip_id: clip.scene for clip in clips}
        for row in rows:
            assert set(row) == {'video_id', 'question_id', 'type', 'question_content', 'templ_values', 'question_deleted', 'anser'}
            assert (row['question_content'], *json.loads(row['type'])) in known
            values = tuple(json.loads(row['templ_values']))
            assert any(TEMPLATES[q.template].template == row['question_content'] and q.values == values
                       and q.answer == row['anser'] for q in answerable(scenes[row['video_id']]))
            card.label_index(row['anser'])
        ids += [row['question_id'] for row in rows]
    assert len(ids) == len(set(ids)) > 50


def test_training_asks_more_about_a_clip_and_no_id_twice_whatever_the_sizes():
    writer = WRITERS['music_avqa']
    asked = {}
    for split, size in (('train', 200), ('val', 200)):
        scenes = [writer.clip(0, split, index).scene for index in range(size)]
        questions = writer.choose(scenes, split, np.random.default_rng(0))
        assert all(set(of_one) <= set(answerable(scene)) for of_one, scene in zip(questions, scenes))
        asked[split] = sum(map(len, questions)) / size
        assert asked[split] * MAX_SIZES[split] < 150000
        answers = Counter(question.answer for question in sum(questions, []) if question.answer in ('yes', 'no'))
        assert answers['yes'] == answers['no']
    assert asked['val'] < 10.5 and asked['train'] > 1.8 * asked['val']


def test_every_clip_has_its_media(builder):
    for name, duration in (('ave', 10), ('llp', 10), ('music_avqa', 20)):
        paths = [builder.root / name / file for clips in builder.clips(name).values() for clip in clips for file in clip.files]
        assert sorted(paths) == sorted(paths[0].parent.iterdir())
        with av.open(str(paths[0])) as container:
            assert container.duration / av.time_base == pytest.approx(duration, abs=0.1)


def test_ave_needs_both_senses():
    """Where one sense alone would do, there is background that only the other sense tells from the event."""
    events = background = only_heard = only_seen = 0
    for index in range(300):
        heard, seen = both_senses(WRITERS['ave'].clip(0, 'train', index).scene)
        both = (heard & seen).any(0)
        events += both.sum()
        background += (~both).sum()
        only_heard += (heard.any(0) & ~both).sum()
        only_seen += (seen.any(0) & ~both).sum()
    assert 0.2 < background / (events + background) < 0.35
    assert only_heard / background > 0.4 and only_seen / background > 0.4
