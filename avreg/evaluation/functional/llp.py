"""F-scores of audio-visual video parsing (LLP)."""
import numpy as np


def llp_f_scores(pred_audio: np.ndarray, pred_visual: np.ndarray, gt_audio: np.ndarray,
                 gt_visual: np.ndarray) -> dict[str, float]:
    """The ten numbers of the AVVP paper: five F-scores over seconds, five over events (HAN, Sec. 6.1).

    F is averaged over the classes that occur (in truth or prediction) in a video, then over videos; a video with nothing to find
    and nothing found scores 1. Counts are never pooled over videos.

    Args:
        pred_audio, pred_visual, gt_audio, gt_visual: bool[N, T, K]: N videos, T seconds, K classes.

    Returns:
        Percent under ``segment/*`` and ``event/*``: ``audio``, ``visual``, ``audio_visual`` (seconds with the label in both),
        ``type`` (mean of these three) and ``event`` (counts of audio and visual added before F).

    Raises:
        ValueError: no video, an array that is not boolean, or different shapes.
    """
    matrices = {'pred_audio': pred_audio, 'pred_visual': pred_visual, 'gt_audio': gt_audio, 'gt_visual': gt_visual}
    _check(matrices)
    # [3, N, K, T]: audio, visual and audio-visual at once, time last because runs are sought along it.
    pred = np.stack([pred_audio, pred_visual, pred_audio & pred_visual]).swapaxes(-1, -2)
    truth = np.stack([gt_audio, gt_visual, gt_audio & gt_visual]).swapaxes(-1, -2)
    scores = {}
    for level, counts in (('segment', _segment_counts(pred, truth)), ('event', _event_counts(pred, truth))):
        by_modality = 100.0 * _mean_f(*counts)
        audio_plus_visual = 100.0 * _mean_f(*(count[:2].sum(axis=0) for count in counts))
        scores |= {
            f'{level}/audio': float(by_modality[0]),
            f'{level}/visual': float(by_modality[1]),
            f'{level}/audio_visual': float(by_modality[2]),
            f'{level}/type': float(by_modality.sum() / 3),
            f'{level}/event': float(audio_plus_visual),
        }
    return scores


def _check(matrices: dict[str, np.ndarray]) -> None:
    shapes = {name: np.shape(matrix) for name, matrix in matrices.items()}
    if len(set(shapes.values())) != 1 or len(shapes['pred_audio']) != 3:
        raise ValueError(f'llp_f_scores needs four arrays of one shape [N, T, K], got {shapes}')
    if 0 in shapes['pred_audio']:
        raise ValueError(f'llp_f_scores needs at least one video, second and class, got shape {shapes["pred_audio"]}')
    for name, matrix in matrices.items():
        if np.asarray(matrix).dtype != bool:
            raise ValueError(f'llp_f_scores needs boolean arrays, {name} is {np.asarray(matrix).dtype}; threshold it first')


def _segment_counts(pred: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True positives, predicted and true seconds, each int[..., K], of bool[..., K, T]."""
    return (pred & truth).sum(axis=-1), pred.sum(axis=-1), truth.sum(axis=-1)


def _event_counts(pred: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Matched pairs, predicted and true events, each int[..., K], of bool[..., K, T].

    An event is a maximal run of ones; p and g match if ``|p & g| >= 0.5 |p | g|``. Runs of one class are a second or more apart,
    so no event has two matches at this threshold and the number of pairs is both the true positives and the true events found.
    """
    pred_start, pred_stop, num_pred = _runs(pred)
    true_start, true_stop, num_true = _runs(truth)
    intersection = np.minimum(pred_stop, true_stop) - np.maximum(pred_start, true_start)
    union = np.maximum(pred_stop, true_stop) - np.minimum(pred_start, true_start)
    # Each overlapping pair is looked at once: in its first common second, where one of the two begins.
    time = np.arange(pred.shape[-1], dtype=pred_start.dtype)
    first_common = pred & truth & (time == np.maximum(pred_start, true_start))
    return (first_common & (2 * intersection >= union)).sum(axis=-1), num_pred, num_true


def _runs(active: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First second and end (exclusive) of the run that each active second belongs to, int[..., T], and the number of runs, int[...].

    Where ``active`` is False the two arrays hold nothing of meaning.
    """
    seconds = active.shape[-1]
    time = np.arange(seconds, dtype=np.int16)
    begins, ends = active.copy(), active.copy()
    begins[..., 1:] &= ~active[..., :-1]
    ends[..., :-1] &= ~active[..., 1:]
    start = np.maximum.accumulate(np.where(begins, time, np.int16(0)), axis=-1)
    stop = np.minimum.accumulate(np.where(ends, time + np.int16(1), np.int16(seconds))[..., ::-1], axis=-1)[..., ::-1]
    return start, stop, begins.sum(axis=-1)


def _mean_f(true_positives: np.ndarray, num_pred: np.ndarray, num_true: np.ndarray) -> np.ndarray:
    """F of int[..., N, K] counts, averaged over the classes of a video and over videos: float64[...]."""
    occurring = num_pred + num_true  # = 2 TP + FP + FN
    f_score = 2.0 * true_positives / np.maximum(occurring, 1)
    num_classes = (occurring > 0).sum(axis=-1)
    per_video = np.where(num_classes > 0, f_score.sum(axis=-1) / np.maximum(num_classes, 1), 1.0)
    return per_video.mean(axis=-1)
