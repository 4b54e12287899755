"""Accuracy of multiple-choice audio-visual question answering (AVQA)."""
import numpy as np


def avqa_accuracy(correct: np.ndarray) -> dict[str, float]:
    """Share of the questions that are answered right.

    Args:
        correct: bool[N].

    Returns:
        ``{'overall': percent}``.

    Raises:
        ValueError: no question.
    """
    if not len(correct):
        raise ValueError('avqa_accuracy needs at least one question')
    return {'overall': 100.0 * int(np.count_nonzero(correct)) / len(correct)}
