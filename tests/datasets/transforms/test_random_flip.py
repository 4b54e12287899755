import numpy as np
import pytest

from avreg.datasets.transforms import RandomFlip
from avreg.datasets.transforms.random_flip import mirror_words


def sample(seed=0):
    frames = np.random.default_rng(1).integers(0, 256, (3, 4, 6, 3), dtype=np.uint8)
    return dict(frames=frames, question='What is the left instrument, leftest of the right ones?',
                templ_values=['left', 'rightest', 'piano'], answer='right', rng=np.random.default_rng(seed))


def test_flip_mirrors_frames_and_words():
    flipped = RandomFlip(1.0)(sample())
    assert (flipped['frames'] == sample()['frames'][:, :, ::-1]).all() and flipped['flipped']
    assert flipped['question'] == 'What is the right instrument, rightest of the left ones?'
    assert flipped['templ_values'] == ['right', 'leftest', 'piano'] and flipped['answer'] == 'left'


def test_the_right_choice_of_avqa_moves_with_the_picture():
    choices = ['on the left', 'in the middle', 'on the right', 'NULL']
    # A drum on the left; the answer is the place of the right choice.
    frames = np.zeros((1, 2, 6, 3), np.uint8)
    frames[:, :, :2] = 255
    flipped = RandomFlip(1.0)(dict(frames=frames, question='Where is the drum?', choices=choices, answer='0', rng=np.random.default_rng(0)))
    assert flipped['frames'][0, 0, :, 0].argmax() == 4 and flipped['choices'][int(flipped['answer'])] == 'on the right'
    assert flipped['choices'] == ['on the right', 'in the middle', 'on the left', 'NULL'] and choices[0] == 'on the left'


def test_twice_is_the_identity():
    twice = RandomFlip(1.0)(RandomFlip(1.0)(sample()))
    for key, value in sample().items():
        if key != 'rng':
            assert np.array_equal(twice[key], value), key


def test_never_and_half():
    never = RandomFlip(0.0)(sample())
    assert (never['frames'] == sample()['frames']).all() and never['answer'] == 'right' and not never['flipped']
    rate = np.mean([RandomFlip(0.5)(sample(seed))['flipped'] for seed in range(400)])
    assert rate == pytest.approx(0.5, abs=0.08)


def test_works_without_words():
    flipped = RandomFlip(1.0)(dict(frames=sample()['frames'], rng=np.random.default_rng(0)))
    assert flipped['flipped'] and 'question' not in flipped


def test_templ_values_of_the_dataset_are_not_written_into():
    original = sample()
    values = original['templ_values']
    RandomFlip(1.0)(original)
    assert values == ['left', 'rightest', 'piano']


@pytest.mark.parametrize('word', ['upright', 'bright', 'lefty', 'middle'])
def test_only_whole_words(word):
    assert mirror_words(word) == word
