"""Accuracy of audio-visual question answering (MUSIC-AVQA), by modality and question type."""
from collections.abc import Sequence

import numpy as np

# (modality, type) as the annotations write them -> metric key, in the order of the papers' tables.
QUESTION_GROUPS = {
    ('Audio', 'Counting'): 'audio/counting',
    ('Audio', 'Comparative'): 'audio/comparative',
    ('Visual', 'Counting'): 'visual/counting',
    ('Visual', 'Location'): 'visual/location',
    ('Audio-Visual', 'Existential'): 'audio_visual/existential',
    ('Audio-Visual', 'Counting'): 'audio_visual/counting',
    ('Audio-Visual', 'Location'): 'audio_visual/location',
    ('Audio-Visual', 'Comparative'): 'audio_visual/comparative',
    ('Audio-Visual', 'Temporal'): 'audio_visual/temporal',
}


def music_avqa_accuracy(correct: np.ndarray, types: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Share of right answers in each of the nine groups, in each modality and overall.

    Averages are over questions, not over types (the MUSIC-AVQA paper's ``Avg`` columns).

    Args:
        correct: bool[N].
        types: N pairs (modality, type), e.g. ``('Audio-Visual', 'Counting')``.

    Returns:
        Percent under the nine keys of :data:`QUESTION_GROUPS`, ``<modality>/average`` and ``overall``.

    Raises:
        ValueError: an unknown pair, lengths that differ, or a group without a question (its share is not defined).
    """
    correct = np.asarray(correct)
    if correct.dtype != bool or correct.shape != (len(types),):
        raise ValueError(f'music_avqa_accuracy needs a bool per question, got {correct.dtype}{list(correct.shape)} '
                         f'for {len(types)} questions')
    number = {pair: i for i, pair in enumerate(QUESTION_GROUPS)}
    groups = [number.get(tuple(pair), -1) for pair in types]
    if -1 in groups:
        raise ValueError(f'{tuple(types[groups.index(-1)])} is not a question type of music_avqa; the (modality, type) '
                         f'pairs are: {", ".join(map(str, QUESTION_GROUPS))}')
    asked = np.bincount(groups, minlength=len(number))
    right = np.bincount(groups, weights=correct, minlength=len(number))
    empty = [str(pair) for pair, i in number.items() if asked[i] == 0]
    if empty:
        raise ValueError(f'no question of type {", ".join(empty)} among the {len(types)} questions of music_avqa, so '
                         'its accuracy is not defined; score a split that has all nine types')
    scores = {}
    for modality in ('audio', 'visual', 'audio_visual'):
        members = [(i, key) for i, key in enumerate(QUESTION_GROUPS.values()) if key.rsplit('/', 1)[0] == modality]
        rows = [i for i, _ in members]
        scores |= {key: float(100.0 * right[i] / asked[i]) for i, key in members}
        scores[f'{modality}/average'] = float(100.0 * right[rows].sum() / asked[rows].sum())
    return {**scores, 'overall': float(100.0 * right.sum() / asked.sum())}
