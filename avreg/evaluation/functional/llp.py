"""F-scores of audio-visual video parsing (LLP)."""
import numpy as np


def llp_f_scores(pred_audio: np.ndarray, pred_visual: np.ndarray, gt_audio: np.ndarray,
                 gt_visual: np.ndarray) -> dict[str, float]:
    """The ten numbers of the AVVP paper: five F-scores over seconds, five over events (HAN, Sec. 6.1).

    The means over videos of :func:`llp_video_f_scores`, which has the arguments.

    Returns:
        Percent under ``segment/*`` and ``event/*``: ``audio``, ``visual``, ``audio_visual`` (seconds with the label in
        both), ``type`` (mean of these three) and ``event`` (counts of audio and visual added before F).

    Raises:
        ValueError: no video, an array that is not boolean, or different shapes.
    """
    return {key: float(values.mean()) for key, values in llp_video_f_scores(pred_audio, pred_visual, gt_audio, gt_visual).items()}


def llp_video_f_scores(pred_audio: np.ndarray, pred_visual: np.ndarray, gt_audio: np.ndarray,
                       gt_visual: np.ndarray) -> dict[str, np.ndarray]:
    """The ten numbers of each video.

    F is averaged over the classes that occur (in truth or prediction) in a video; a video with nothing to find and nothing
    found scores 1. Counts are never pooled over videos.

    Args:
        pred_audio, pred_visual, gt_audio, gt_visual: bool[N, T, K]: N videos, T seconds, K classes.

    Returns:
        float64[N] under the keys of :func:`llp_f_scores`, percent.

    Raises:
        ValueError: no video, an array that is not boolean, or different shapes.
    """
    matrices = {'pred_audio': pred_audio, 'pred_visual': pred_visual, 'gt_audio': gt_audio, 'gt_visual': gt_visual}
    _check(matrices)
    # [T, 3, N, K]: audio, visual and audio-visual at once; time first, as numpy is fastest along the first axis.
    pred = np.stack([pred_audio, pred_visual, pred_audio & pred_visual]).transpose(2, 0, 1, 3).copy()
    truth = np.stack([gt_audio, gt_visual, gt_audio & gt_visual]).transpose(2, 0, 1, 3).copy()
    scores = {}
    for level, counts in (('segment', _segment_counts(pred, truth)), ('event', _event_counts(pred, truth))):
        by_modality = 100.0 * _mean_f(*counts)
        audio_plus_visual = 100.0 * _mean_f(*(count[:2].sum(axis=0) for count in counts))
        scores |= {
            f'{level}/audio': by_modality[0],
            f'{level}/visual': by_modality[1],
            f'{level}/audio_visual': by_modality[2],
            f'{level}/type': by_modality.sum(0) / 3,
            f'{level}/event': audio_plus_visual,
        }
    return scores


def _check(matrices: dict[str, np.ndarray]) -> None:
    shapes = {name: np.shape(matrix) for name, matrix in matrices.items()}
    if len(set(shapes.values())) != 1 or len(shapes['pred_audio']) != 3:
        raise ValueError(f'the F-scores of llp need four arrays of one shape [N, T, K], got {shapes}')
    if 0 in shapes['pred_audio']:
        raise ValueError(f'the F-scores of llp need at least one video, second and class, got shape {shapes["pred_audio"]}')
    for name, matrix in matrices.items():
        dtype = np.asarray(matrix).dtype
        if dtype != bool:
            raise ValueError(f'the F-scores of llp need boolean arrays, {name} is {dtype}; threshold it first')


def _segment_counts(pred: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True positives, predicted and true seconds, each int[..., K], of bool[T, ..., K]."""
    return _count(pred & truth), _count(pred), _count(truth)


def _event_counts(pred: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Matched pairs, predicted and true events, int[..., K], of bool[T, ..., K]; an event is a maximal run of ones."""
    matched = np.zeros(pred.shape[1:], np.int16)
    overlap = (pred & truth).any(axis=0)  # most classes of most videos have nothing to match
    matched[overlap] = _matched_pairs(pred[:, overlap], truth[:, overlap])
    return matched, _count(_begins(pred)), _count(_begins(truth))


def _matched_pairs(pred: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Pairs of runs p, g with ``|p & g| >= 0.5 |p | g|`` in each column of bool[T, R]: int[R].

    Runs of one column are a second or more apart, so none has two matches at this threshold: the number of pairs is
    both that of the predicted events that are right and that of the true events that are found.
    """
    pred_start, pred_stop = _runs(pred)
    true_start, true_stop = _runs(truth)
    last_start = np.maximum(pred_start, true_start)
    intersection = np.minimum(pred_stop, true_stop) - last_start
    union = np.maximum(pred_stop, true_stop) - np.minimum(pred_start, true_start)
    # Each overlapping pair is looked at once: in its first common second, where one of the two begins.
    first_common = pred & truth & (last_start == np.arange(len(pred))[:, None])
    return _count(first_common & (2 * intersection >= union))


def _runs(active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First second and end (exclusive) of the run that each second of bool[T, R] belongs to, int16[T, R]; nothing of
    meaning where ``active`` is False.
    """
    time = np.arange(len(active), dtype=np.int16)[:, None]
    ends = _begins(active[::-1])[::-1]
    start = np.maximum.accumulate(np.where(_begins(active), time, time[0]))
    stop = np.minimum.accumulate(np.where(ends, time, time[-1])[::-1])[::-1] + np.int16(1)
    return start, stop


def _begins(active: np.ndarray) -> np.ndarray:
    """True in the first second of each run along the first axis."""
    begins = active.copy()
    begins[1:] &= ~active[:-1]
    return begins


def _count(active: np.ndarray) -> np.ndarray:
    """Ones along the first axis."""
    return active.sum(axis=0, dtype=np.int16)


def _mean_f(true_positives: np.ndarray, num_pred: np.ndarray, num_true: np.ndarray) -> np.ndarray:
    """F of int[..., N, K] counts, averaged over the classes of a video: float64[..., N]."""
    occurring = num_pred + num_true  # = 2 TP + FP + FN
    f_score = 2.0 * true_positives / np.maximum(occurring, 1)
    num_classes = (occurring > 0).sum(axis=-1)
    return np.where(num_classes > 0, f_score.sum(axis=-1) / np.maximum(num_classes, 1), 1.0)
