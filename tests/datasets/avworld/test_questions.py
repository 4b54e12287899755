"""Answers from scenes: hand-made ones with known answers, and many random ones."""
from collections import Counter

import numpy as np
import pytest

from avreg.benchmarks.music_avqa import ANSWERS, TEMPLATES
from avreg.datasets.avworld.one_sense import as_heard, as_seen
from avreg.datasets.avworld.questions import SHARES, answerable, choose_questions, name
from avreg.datasets.avworld.scene import Actor, Scene
from avreg.datasets.avworld.world import WRITERS

VIOLIN, CELLO, DRUM, BANJO = 0, 1, 7, 8
WHOLE = ((0, 20), )


def player(kind, place, heard=WHOLE, **known):
    present = WHOLE if place else ()
    return Actor(kind, place, heard=heard, shown=heard if place else (), present=present, **known)


def ask(*actors, indoor=True, voice=()):
    """{filled question: answer} of a scene."""
    answers = {}
    for question in answerable(Scene(20, indoor, actors, voice=voice)):
        text = TEMPLATES[question.template].template
        for value in question.values:
            start, end = text.index('<'), text.index('>') + 1
            text = text[:start] + value + text[end:]
        answers[text] = question.answer
    return answers


def test_two_players_louder_faster_first():
    # The violin on the left enters first, loud and slow; the drum on the right follows, soft and fast.
    answers = ask(player(VIOLIN, 'left', level=-9.0, rhythm=1.0), player(DRUM, 'right', ((6, 20), ), level=-21.0, rhythm=4.0))
    assert answers == answers | {
        'Is the instrument on the left louder than the instrument on the right?': 'yes',
        'Is the instrument on the right louder than the instrument on the left?': 'no',
        'Is the drum on the right louder than the violin on the left?': 'no',
        'Is the violin louder than the drum?': 'yes',
        'Where is the loudest instrument?': 'left',
        'Where is the lowest instrument?': 'right',
        'Is the instrument on the left more rhythmic than the instrument on the right?': 'no',
        'Is the drum more rhythmic than the violin?': 'yes',
        'Is the violin playing longer than the drum?': 'yes',
        'Where is the first sounding instrument?': 'left',
        'Where is the last sounding instrument?': 'right',
        'Is the first sound coming from the left instrument?': 'yes',
        'Is the first sound coming from the right instrument?': 'no',
        'What is the first instrument that comes in?': 'violin',
        'What is the second instrument that comes in?': 'drum',
        'Which instrument makes sounds before the drum?': 'violin',
        'Which instrument makes sounds after the violin?': 'drum',
        'Which is the musical instrument that sounds at the same time as the violin?': 'drum',
        'What is the right instrument of the first sounding instrument?': 'drum',
        'Is the violin in the video always playing?': 'yes',
        'Is the drum in the video always playing?': 'no',
        'What is the instrument on the left of drum?': 'violin',
        'What kind of instrument is the rightest instrument?': 'drum',
        'How many instruments are sounding in the video?': 'two',
        'Are there violin and drum sound?': 'yes',
        'Are there violin and banjo sound?': 'no',
        'Is there a voiceover?': 'no',
        'Where is the performance?': 'indoor',
    }


def test_silent_and_hidden_players():
    # A cello that only mimes, while a banjo off screen is heard.
    mime = Actor(CELLO, 'middle', shown=WHOLE, present=WHOLE)
    answers = ask(mime, player(BANJO, None), indoor=False)
    assert answers == answers | {
        'Is this sound from the instrument in the video?': 'no',
        'Is the cello in the video always playing?': 'no',
        'Is there a cello sound?': 'no',
        'Is there a banjo sound?': 'yes',
        'Is there a cello in the entire video?': 'yes',
        'Is there a banjo in the entire video?': 'no',
        'How many musical instruments were heard throughout the video?': 'one',
        'How many sounding cello in the video?': 'zero',
        'How many instruments in the video did not sound from beginning to end?': 'one',
        'What kind of musical instrument is it?': 'cello',
        'Where is the performance?': 'outdoor',
    }
    # Whether a banjo off screen is "in the video" can be argued.
    assert 'How many instruments are sounding in the video?' not in answers
    assert 'How many sounding banjo in the video?' not in answers
    assert ask(player(CELLO, 'middle'))['Is this sound from the instrument in the video?'] == 'yes'


def test_two_of_a_kind():
    twins = ask(player(VIOLIN, 'left', ((0, 20), )), player(VIOLIN, 'right', ((5, 20), )))
    assert twins['Which violin makes the sound first?'] == 'left'
    assert twins['Which violin makes the sound last?'] == 'right'
    assert twins['How many violin are in the entire video?'] == 'two'
    assert twins['How many sounding violin in the video?'] == 'two'
    assert twins['How many types of musical instruments appeared in the entire video?'] == 'one'
    assert twins['How many types of musical instruments sound in the video?'] == 'one'
    assert 'Is the violin in the video always playing?' not in twins
    assert 'How many musical instruments were heard throughout the video?' not in twins
    together = ask(player(VIOLIN, 'left'), player(VIOLIN, 'right'))
    assert together['Which violin makes the sound first?'] == 'simultaneously'


def test_what_is_close_is_not_asked():
    answers = ask(player(VIOLIN, 'left', level=-14.0, rhythm=1.0), player(DRUM, 'right', ((1, 20), ), level=-15.0, rhythm=1.2))
    for word in ('louder', 'rhythmic', 'longer', 'first', 'before', 'lowest', 'comes in'):
        assert not [text for text in answers if word in text], word


def test_a_voice_is_a_voiceover_and_blurs_the_source():
    answers = ask(player(VIOLIN, 'left'), voice=((3, 9), ))
    assert answers['Is there a voiceover?'] == 'yes'
    assert 'Is this sound from the instrument in the video?' not in answers


def test_random_scenes_agree_with_an_independent_reading():
    """Recompute some templates straight from the scene, by other means."""
    for index in range(150):
        scene = WRITERS['music_avqa'].clip(1, 'train', index).scene
        on_screen = [a for a in scene.actors if a.place]
        seconds = {a: {t for start, end in a.heard for t in range(start, end)} for a in scene.actors}
        for question in answerable(scene):
            template, values, answer = TEMPLATES[question.template].template, question.values, question.answer
            assert answer in ANSWERS
            assert template.count('<') == len(values)
            named = {a.place: a for a in on_screen}
            if template.startswith('Is the instrument on the <LR> louder'):
                assert (answer == 'yes') == (named[values[0]].level > named[values[1]].level)
            elif template.startswith('Is the <Object> on the <LR> more rhythmic'):
                assert (answer == 'yes') == (named[values[1]].rhythm > 2 * named[values[3]].rhythm)
                assert name(named[values[1]].kind) == values[0]
            elif template.startswith('What is the <TH>'):
                order = sorted((min(s), name(a.kind)) for a, s in seconds.items() if s)
                assert order[('first', 'second', 'third').index(values[0])][1] == answer
            elif template.startswith('Is there a <Object> sound'):
                assert (answer == 'yes') == any(s and name(a.kind) == values[0] for a, s in seconds.items())
            elif template.startswith('How many <Object> are in'):
                assert answer == ('zero', 'one', 'two', 'three')[sum(name(a.kind) == values[0] for a in on_screen)]
            elif template.startswith('What is the instrument on the <LR> of'):
                centre, = [a for a in on_screen if name(a.kind) == values[1]]
                side = [a for a in on_screen if (a.x < centre.x if values[0] == 'left' else a.x > centre.x)]
                assert [name(a.kind) for a in side] == [answer]


def test_choice_asks_every_template_and_balances_answers():
    scenes = [WRITERS['music_avqa'].clip(2, 'train', index).scene for index in range(300)]
    chosen = choose_questions(scenes, 3000, np.random.default_rng(0))
    assert max(map(len, chosen)) <= 16
    counts = [Counter() for _ in TEMPLATES]
    for question in sum(chosen, []):
        counts[question.template][question.answer] += 1
    assert all(counts)
    for template, count in enumerate(counts):
        if set(count) <= {'yes', 'no'}:
            assert count['yes'] == count['no']
        assert count.total() <= 3000 * SHARES[template] + 2
    assert sum(max(count.values()) for count in counts) / sum(map(len, chosen)) < 0.45
    for scene, questions in zip(scenes, chosen):
        assert set(questions) <= set(answerable(scene))
    # The scenes have enough to ask about: every type of question comes nearly as often as in the official split.
    asked, wanted = Counter(), Counter()
    for template, text in enumerate(TEMPLATES):
        asked[text.modality, text.type] += counts[template].total() / sum(map(len, chosen))
        wanted[text.modality, text.type] += SHARES[template]
    assert asked == pytest.approx(wanted, abs=0.015)


def test_one_sense_is_right_about_as_often_as_not_where_it_can_be_wrong():
    scenes = [WRITERS['music_avqa'].clip(2, 'train', index).scene for index in range(300)]
    right, asked = Counter(), Counter()
    for scene, questions in zip(scenes, choose_questions(scenes, 3000, np.random.default_rng(0))):
        by_ear, by_eye = set(answerable(as_heard(scene))), set(answerable(as_seen(scene)))
        heard = {name(actor.kind) for actor in scene.actors if actor.audible}
        for question in questions:
            kind = TEMPLATES[question.template].modality, TEMPLATES[question.template].type
            asked[kind] += 1
            right['ear', kind] += question in by_ear
            right['eye', kind] += question in by_eye
            if kind == ('Visual', 'Location') and question.answer not in ('indoor', 'outdoor'):
                asked['instruments'] += 1
                right['heard'] += question.answer in heard
    for sense, kind in (('ear', ('Visual', 'Counting')), ('eye', ('Audio', 'Counting'))):
        assert right[sense, kind] / asked[kind] == pytest.approx(0.5, abs=0.1)
    assert right['heard'] / asked['instruments'] == pytest.approx(0.5, abs=0.1)


def test_a_scene_to_one_sense():
    scene = Scene(20, indoor=True, actors=(
        Actor(VIOLIN, 'left', heard=((0, 5), ), shown=((0, 5), ), present=WHOLE), Actor(VIOLIN, 'right', heard=((3, 9), ), present=WHOLE),
        Actor(CELLO, 'middle', shown=((2, 4), ), present=WHOLE), Actor(DRUM, None, heard=((1, 2), ))))
    by_ear, by_eye = as_heard(scene), as_seen(scene)
    assert [(actor.kind, actor.place, actor.heard) for actor in by_ear.actors] == [(VIOLIN, 'left', ((0, 9), )), (DRUM, 'middle', ((1, 2), ))]
    assert all(actor.visible and actor.shown == actor.heard for actor in by_ear.actors)
    assert [(actor.kind, actor.heard) for actor in by_eye.actors] == [(VIOLIN, ((0, 5), )), (VIOLIN, ()), (CELLO, ((2, 4), ))]


def test_shares_are_those_of_the_official_test_split(shared_dir):
    import json
    rows = json.loads((shared_dir / 'data/music_avqa/json_update/avqa-test.json').read_text())
    counts = Counter(' '.join(row['question_content'].replace('？', '?').split()) for row in rows)
    assert SHARES * len(rows) == pytest.approx([counts[template.template] for template in TEMPLATES])
