"""Accuracy of audio-visual event localization."""
import numpy as np


def ave_accuracy(pred: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Share of seconds whose predicted class is the true one; background counts like any class (AVE paper, Sec. 6.1).

    Args:
        pred: int[N, T], class of each second of N videos.
        truth: int[N, T].

    Returns:
        ``{'accuracy': percent}``.

    Raises:
        ValueError: no video, a shape that is not [N, T], or two different shapes.
    """
    pred, truth = np.asarray(pred), np.asarray(truth)
    if pred.ndim != 2 or pred.shape != truth.shape:
        raise ValueError(f'ave_accuracy needs pred and truth of one shape [N, T], got {pred.shape} and {truth.shape}')
    if pred.size == 0:
        raise ValueError(f'ave_accuracy needs at least one video and second, got shape {pred.shape}')
    return {'accuracy': 100.0 * int((pred == truth).sum()) / pred.size}
