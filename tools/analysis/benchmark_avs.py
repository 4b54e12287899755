"""Time the AVS metrics against a plain loop over images and thresholds: python tools/analysis/benchmark_avs.py

Prints both times, their ratio and the largest difference of the two numbers. The loop runs on the first clips only
(``--loop-videos``), its time is scaled to all of them; making the clips is not timed. Times are CPU times, which other
work on the machine hardly changes.
"""
import argparse
import time
from collections.abc import Iterable

import numpy as np

from avreg.evaluation.functional import avs_scores, avs_statistics

THRESHOLDS = np.array([k / 254 for k in range(255)], np.float32)


def loop_scores(clips: Iterable[tuple[np.ndarray, np.ndarray]], fscore_batch: int = 1) -> dict[str, float]:
    """What :func:`avs_scores` computes, written as the definition reads. ``clips``: pairs of float32[T, H, W]."""
    ious, f_of_clips = [], []
    for prob, truth in clips:
        ious.append(float(np.mean([_iou(p, g) for p, g in zip(prob, truth)])))
        f_of_clips.append([_f_of_frame(p, g) for p, g in zip(prob, truth) if g.sum() > 0])
    best = []
    for start in range(0, len(f_of_clips), fscore_batch):
        frames = [f for of_clip in f_of_clips[start:start + fscore_batch] for f in of_clip]
        best.append(float(np.mean(frames, axis=0).max()) if frames else 0.0)
    return {'miou': 100.0 * sum(ious) / len(ious), 'fscore': 100.0 * sum(best) / len(best)}


def _iou(prob: np.ndarray, truth: np.ndarray) -> float:
    mask = prob > 0.5
    if not truth.any():
        return np.count_nonzero(~mask) / (mask.size + 1e-7)
    return (mask * truth).sum(dtype=np.float64) / (np.maximum(mask, truth).sum(dtype=np.float64) + 1e-7)


def _f_of_frame(prob: np.ndarray, truth: np.ndarray) -> list[float]:
    """F at each threshold."""
    scores, size = [], truth.sum(dtype=np.float64)
    for threshold in THRESHOLDS:
        mask = prob >= threshold
        hits, area = (mask * truth).sum(dtype=np.float64), mask.sum()
        precision, recall = (hits / area if area else 0.0), hits / size
        scores.append(1.3 * precision * recall / (0.3 * precision + recall) if hits else 0.0)
    return scores


def random_clip(rng: np.random.Generator, frames: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Masks of one round object that wanders (and is absent from a frame in ten), and a model's blurry view of them.

    Gives ``prob, truth``, float32[T, H, W].
    """
    rows, columns = np.mgrid[:height, :width]
    centre = rng.uniform(0.2, 0.8, 2) + 0.05 * rng.standard_normal((frames, 2)).cumsum(axis=0)
    radius = rng.uniform(0.1, 0.4)
    distance = np.hypot(rows / height - centre[:, 0, None, None], columns / width - centre[:, 1, None, None])
    absent = rng.random((frames, 1, 1)) < 0.1
    truth = (distance < radius) & ~absent
    # Off by a constant for each frame and by noise for each pixel; most pixels are sure, as a trained model's are.
    logits = 40 * (radius - distance + 0.05 * rng.standard_normal((frames, 1, 1))) - 8 * absent
    logits += rng.standard_normal(truth.shape)
    return (1 / (1 + np.exp(-logits))).astype(np.float32), truth.astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--videos', type=int, default=740, help='the test split of avs_s4 has 740')
    parser.add_argument('--frames', type=int, default=5)
    parser.add_argument('--size', type=int, default=224, help='height and width')
    parser.add_argument('--loop-videos', type=int, default=74, help='how many of them the loop takes')
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    part = min(args.loop_videos, args.videos)
    rng = np.random.default_rng(args.seed)
    statistics, compared, plain = [], [], []
    our_time = loop_time = 0.0
    for number in range(args.videos):
        clip = random_clip(rng, args.frames, args.size, args.size)
        start = time.process_time()
        statistics.append(avs_statistics(*clip))
        our_time += time.process_time() - start
        if number < part:
            start = time.process_time()
            plain.append(loop_scores([clip]))
            loop_time += time.process_time() - start
            compared.append(avs_scores(statistics[-1:]))
    start = time.process_time()
    scores = avs_scores(statistics)
    our_time += time.process_time() - start
    scaled = loop_time * args.videos / part
    print(f'{args.videos} x {args.frames} masks of {args.size} x {args.size}: miou {scores["miou"]:.3f}, '
          f'fscore {scores["fscore"]:.3f}')
    print(f'CPU time: histogram {our_time:.2f} s; loop {loop_time:.2f} s on the first {part} videos, scaled to '
          f'{args.videos}: {scaled:.1f} s; {scaled / our_time:.0f} times faster')
    difference = max(abs(ours[key] - loops[key]) for ours, loops in zip(compared, plain) for key in loops)
    print(f'largest difference on one of the {part} videos: {difference:.2e} percent')


if __name__ == '__main__':
    main()
