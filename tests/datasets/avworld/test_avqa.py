"""The multiple-choice questions of the world, read by the dataset class, agree with its scenes."""
import collections

import numpy as np
import pytest

from avreg.benchmarks.avqa import NUM_CHOICES, QUESTION_TYPES, RELATIONS
from avreg.benchmarks.vocabulary import WordTokenizer
from avreg.datasets import AVQA
from avreg.datasets.avworld.choices import ask
from avreg.datasets.avworld.questions import Facts, name
from avreg.datasets.avworld.world import WRITERS, AVWorldBuilder


@pytest.fixture(scope='module')
def asked():
    """(scene, question) of many clips, none of them rendered."""
    clips = [WRITERS['avqa'].clip(3, 'train', i) for i in range(150)]
    return [(clip.scene, q) for clip in clips for q in ask(clip.scene, 3, np.random.default_rng(clip.index))]


def test_every_question_has_four_choices_and_no_place_is_preferred(asked):
    tokenizer = WordTokenizer()
    for _, question in asked:
        assert len(set(question.choices)) == NUM_CHOICES and question.relation in RELATIONS and question.type in QUESTION_TYPES
        assert tokenizer.unknown not in tokenizer.encode(' '.join((question.text, *question.choices)))
    places = collections.Counter(question.answer for _, question in asked)
    assert max(places.values()) < 0.33 * len(asked) > 100
    assert len({question.type for _, question in asked}) == 6


def test_answers_are_true(asked):
    checked = collections.Counter()
    for scene, question in asked:
        facts, right = Facts(scene), question.choices[question.answer]
        if question.type == 'Which' and question.relation == 'View':
            place = question.text.rstrip('?').split()[-1]
            assert name(facts.at[place].kind) == right
        elif question.type in ('Where', 'Come From'):
            kind, = [a for a in scene.actors if name(a.kind) in question.text]
            assert right == (f'on the {kind.place}' if kind.visible else 'not visible in the picture')
        elif question.type == 'When':
            heard = [a for a in scene.actors if name(a.kind) == question.text.split()[5] and a.audible]
            assert (right == 'not heard') == (not heard) and (right == 'from beginning to end') == any(a.seconds == 10 for a in heard)
        else:
            continue
        checked[question.type] += 1
    assert min(checked[kind] for kind in ('Which', 'Where', 'Come From', 'When')) > 5


def test_the_dataset_reads_what_is_written(tmp_path):
    sizes = dict(avqa=dict(train=3, val=2))
    root = AVWorldBuilder(tmp_path / 'world', seed=7, benchmarks=['avqa'], sizes=sizes, workers=1).build()
    for split, clips in (('train', 3), ('val', 2)):
        dataset = AVQA(str(root / 'avqa'), split, [dict(type='LoadClip')])
        samples = [dataset.get_data_info(i) for i in range(len(dataset))]
        assert len({s['video_id'] for s in samples}) == clips and len({s['question_id'] for s in samples}) == len(samples)
        assert all(len(s['choices']) == 4 and s['num_segments'] == 10 for s in samples)
        assert dataset[0]['frames'].shape[0] == 10
