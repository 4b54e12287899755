"""Accuracy of question answering."""
import json

import numpy as np
import pytest

from avreg.evaluation.functional import QUESTION_GROUPS, music_avqa_accuracy


def test_by_hand():
    types = [*QUESTION_GROUPS, ('Audio', 'Counting'), ('Audio', 'Counting'), ('Visual', 'Location')]
    correct = np.array([True, False, True, True, False, False, True, True, True, True, False, False])
    scores = music_avqa_accuracy(correct, types)
    assert scores['audio/counting'] == pytest.approx(200 / 3)
    assert scores['audio/comparative'] == 0.0
    assert scores['audio/average'] == 50.0  # 2 of 4 questions, not the mean of the two types
    assert scores['visual/location'] == 50.0
    assert scores['visual/average'] == pytest.approx(200 / 3)
    assert scores['audio_visual/average'] == 60.0
    assert scores['overall'] == pytest.approx(700 / 12)
    assert len(scores) == 13


def test_a_group_without_questions_is_named():
    types = [pair for pair in QUESTION_GROUPS if pair != ('Visual', 'Location')]
    with pytest.raises(ValueError, match=r"\('Visual', 'Location'\)"):
        music_avqa_accuracy(np.ones(len(types), bool), types)


def test_an_unknown_type_is_named():
    with pytest.raises(ValueError, match=r"\('Audio', 'Location'\) is not a question type"):
        music_avqa_accuracy(np.ones(10, bool), [*QUESTION_GROUPS, ('Audio', 'Location')])


def test_numbers_of_arrays_that_do_not_fit():
    with pytest.raises(ValueError, match='a bool per question'):
        music_avqa_accuracy(np.ones(8, bool), list(QUESTION_GROUPS))
    with pytest.raises(ValueError, match='a bool per question'):
        music_avqa_accuracy(np.ones(9), list(QUESTION_GROUPS))


def test_published_predictions_give_the_published_numbers(shared_dir):
    folder = shared_dir / 'data/music_avqa'
    types = {row['question_id']: tuple(json.loads(row['type']))
             for row in json.loads((folder / 'json_update/avqa-test.json').read_text())}
    result = [line.split() for line in (folder / 'tspm_results/TSPM.result').read_text().splitlines() if line.strip()]
    assert len(result) == len(types) == 9129
    correct = np.array([truth == pred for _, _, truth, pred in result])
    scores = music_avqa_accuracy(correct, [types[int(question_id)] for question_id, *_ in result])
    assert {key: round(value, 2) for key, value in scores.items()} == {
        'audio/counting': 84.07, 'audio/comparative': 64.65, 'audio/average': 76.91,
        'visual/counting': 82.29, 'visual/location': 84.90, 'visual/average': 83.61,
        'audio_visual/existential': 82.19, 'audio_visual/counting': 76.21, 'audio_visual/location': 71.85,
        'audio_visual/comparative': 65.76, 'audio_visual/temporal': 71.17, 'audio_visual/average': 73.51,
        'overall': 76.79,
    }
