"""Sound source localization (VGG-SS, Flickr-SoundNet): consensus IoU and its area under the curve.

One clip gives one IoU, all IoUs together the two numbers, so nothing larger than a float is kept of a clip.
"""
import cv2
import numpy as np

SIZE = 224
# theta is the upper median: this rank (from 0) of the sorted pixels of a map.
_MEDIAN_RANK = SIZE * SIZE // 2
# The double products 0.05 * i, as 0.15000000000000002 for i = 3: thresholds and abscissas of the official code.
_THRESHOLDS = 0.05 * np.arange(21)


def vggss_iou(heatmap: np.ndarray, boxes: np.ndarray) -> float:
    """IoU of the half of the frame that sounds most and the union of the annotated boxes; both at 224 x 224.

    Args:
        heatmap: float[h, w], any size and range, higher = sounding.
        boxes: float[n, 4], x0, y0, x1, y1 as fractions of width and height; what lies outside 0..1 is cut. Best in
            float64: 224 * x is truncated, so the last digit may move an edge by a pixel.

    Returns:
        The IoU; NaN where nothing is annotated and nothing predicted.

    Raises:
        ValueError: a map that is not [h, w] or not finite, boxes that are not [n, 4] or have a NaN.
    """
    predicted, truth = _predicted_pixels(heatmap), _box_pixels(boxes)
    union = int(np.count_nonzero(predicted | truth))
    return int(np.count_nonzero(predicted & truth)) / union if union else float('nan')


def consensus_iou(heatmap: np.ndarray, consensus: np.ndarray) -> float:
    """IoU of the half of the frame that sounds most, M, and the consensus G of several annotators, as LVS's evaluation of Flickr-SoundNet
    computes it: sum(M G) / (sum(G) + |M where G = 0|). Of a G of zeros and ones it is the plain IoU.

    Args:
        heatmap: as of :func:`vggss_iou`.
        consensus: float[224, 224] in 0..1.

    Returns:
        The IoU; NaN where nothing is annotated and nothing predicted.

    Raises:
        ValueError: a heatmap that is not [h, w] or not finite, a consensus of another shape or with values out of 0..1.
    """
    predicted, truth = _predicted_pixels(heatmap), np.asarray(consensus, np.float64)
    if truth.shape != (SIZE, SIZE):
        raise ValueError(f'the consensus map is compared at [{SIZE}, {SIZE}], this one has shape {list(truth.shape)}; '
                         f'FlickrSoundNet(map_size={SIZE}) draws it so')
    if not ((truth >= 0) & (truth <= 1)).all():
        raise ValueError(f'a consensus map is in 0..1, this one is in {truth.min()}..{truth.max()}')
    union = float(truth.sum()) + int(np.count_nonzero(predicted & (truth == 0)))
    return float(truth[predicted].sum()) / union if union else float('nan')


def vggss_scores(ious: np.ndarray) -> dict[str, float]:
    """Share of clips with IoU >= 0.5, and the area under the curve of that share over thresholds 0, 0.05, ..., 1.

    Args:
        ious: float[N]. A NaN fails every threshold, also 0, and still counts as a clip (as in the official code).

    Returns:
        ``{'ciou': percent, 'auc': percent}``.

    Raises:
        ValueError: no clip.
    """
    return {key: float(values.mean()) for key, values in vggss_clip_scores(ious).items()}


def vggss_clip_scores(ious: np.ndarray) -> dict[str, np.ndarray]:
    """What each clip contributes to :func:`vggss_scores`: float64[N] under the same keys.

    Raises:
        ValueError: no clip.
    """
    ious = np.asarray(ious, np.float64)
    if ious.ndim != 1 or ious.size == 0:
        raise ValueError(f'vggss_scores needs one IoU a clip and at least one clip, got shape {list(ious.shape)}')
    passed = ious[:, None] >= _THRESHOLDS
    area = (np.diff(_THRESHOLDS) * (passed[:, 1:].astype(np.float64) + passed[:, :-1]) / 2).sum(1)
    return {'ciou': 100.0 * (ious >= 0.5), 'auc': 100.0 * area}


def _predicted_pixels(heatmap: np.ndarray) -> np.ndarray:
    """bool[224, 224] of a float[h, w]; float32 throughout, as ties decide."""
    heatmap = np.asarray(heatmap)
    if heatmap.ndim != 2 or heatmap.size == 0:
        raise ValueError(f'a heatmap is [h, w] with at least one pixel, this one has shape {list(heatmap.shape)}')
    with np.errstate(over='ignore'):  # what float32 cannot hold becomes infinite and is refused
        heatmap = np.ascontiguousarray(heatmap, np.float32)
    if not np.isfinite(heatmap).all():
        raise ValueError(f'the heatmap holds {np.count_nonzero(~np.isfinite(heatmap))} values that are NaN or infinite '
                         'in float32; every pixel needs a finite score')
    negative = -cv2.resize(heatmap, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
    low, high = negative.min(), negative.max()
    # A constant map stays as it is: 1 + c then decides between the whole image (c >= 0) and nothing.
    if high != low:
        negative = (negative - low) / (high - low)
    score = 1 - negative
    theta = np.partition(score, _MEDIAN_RANK, axis=None)[_MEDIAN_RANK]
    # Where half of the map or more shares the maximum nothing exceeds theta = 1; the maximum itself is predicted then.
    return (score > theta) | (score >= 1)


def _box_pixels(boxes: np.ndarray) -> np.ndarray:
    """bool[224, 224], the union of float[n, 4]."""
    boxes = np.asarray(boxes)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or np.isnan(boxes).any():
        raise ValueError(f'boxes are [n, 4] (x0, y0, x1, y1) without NaN, these have shape {list(boxes.shape)}: '
                         f'{boxes.tolist()}')
    pixels = np.zeros((SIZE, SIZE), bool)
    # Cutting at 1 equals what slices do beyond the edge, and keeps huge coordinates within an integer.
    for left, top, right, bottom in (SIZE * boxes.astype(np.float64).clip(0, 1)).astype(int):
        pixels[top:bottom, left:right] = True
    return pixels
