"""Time the LLP metric against a plain loop over videos, classes and seconds: python tools/analysis/benchmark_llp.py

Prints both times, their ratio and the largest difference of the ten numbers.
"""
import argparse
import time

import numpy as np

from avreg.evaluation.functional import llp_f_scores


def loop_f_scores(pred_audio: np.ndarray, pred_visual: np.ndarray, gt_audio: np.ndarray,
                  gt_visual: np.ndarray) -> dict[str, float]:
    """What :func:`llp_f_scores` computes, written as the definition reads. Arguments bool[N, T, K]."""
    names = ('audio', 'visual', 'audio_visual', 'event')
    values = {f'{level}/{name}': [] for level in ('segment', 'event') for name in names}
    for video in zip(pred_audio, pred_visual, gt_audio, gt_visual):
        p_audio, p_visual, g_audio, g_visual = (matrix.T.tolist() for matrix in video)
        pairs = {
            'audio': (p_audio, g_audio),
            'visual': (p_visual, g_visual),
            'audio_visual': (_both(p_audio, p_visual), _both(g_audio, g_visual)),
        }
        for level, count in (('segment', _count_seconds), ('event', _count_events)):
            counts = {name: [count(p, g) for p, g in zip(*pair)] for name, pair in pairs.items()}
            counts['event'] = [[a + v for a, v in zip(*both)] for both in zip(counts['audio'], counts['visual'])]
            for name, per_class in counts.items():
                values[f'{level}/{name}'].append(_f_of_video(per_class))
    scores = {key: 100.0 * sum(of_videos) / len(of_videos) for key, of_videos in values.items()}
    for level in ('segment', 'event'):
        scores[f'{level}/type'] = sum(scores[f'{level}/{name}'] for name in names[:3]) / 3
    return scores


def _both(one: list[list[bool]], other: list[list[bool]]) -> list[list[bool]]:
    return [[a and b for a, b in zip(*rows)] for rows in zip(one, other)]


def _count_seconds(pred: list[bool], truth: list[bool]) -> tuple[int, int, int]:
    """TP, FP, FN of one class."""
    hits = sum(p and g for p, g in zip(pred, truth))
    return hits, sum(pred) - hits, sum(truth) - hits


def _count_events(pred: list[bool], truth: list[bool]) -> tuple[int, int, int]:
    """TP, FP, FN of one class."""
    predicted, true = _events(pred), _events(truth)
    hits = sum(any(_match(p, g) for g in true) for p in predicted)
    found = sum(any(_match(p, g) for p in predicted) for g in true)
    return hits, len(predicted) - hits, len(true) - found


def _events(row: list[bool]) -> list[set[int]]:
    """Maximal runs of ones, as sets of seconds."""
    events, run = [], set()
    for second, active in enumerate(row):
        if active:
            run.add(second)
        elif run:
            events.append(run)
            run = set()
    return [*events, run] if run else events


def _match(one: set[int], other: set[int]) -> bool:
    return len(one & other) >= 0.5 * len(one | other)


def _f_of_video(per_class: list[tuple[int, int, int]]) -> float:
    scores = [2 * tp / (2 * tp + fp + fn) for tp, fp, fn in per_class if tp + fp + fn > 0]
    return sum(scores) / len(scores) if scores else 1.0


def random_videos(rng: np.random.Generator, videos: int, seconds: int, classes: int) -> list[np.ndarray]:
    """Truth with few classes a video and events of some seconds, and predictions that are a noisy copy of it.

    Gives ``pred_audio, pred_visual, gt_audio, gt_visual``, bool[N, T, K].
    """
    truth, pred = [], []
    for _ in range(2):
        present = rng.random((videos, 1, classes)) < 2.5 / classes
        onset = rng.integers(0, seconds, (videos, 1, classes))
        offset = onset + rng.integers(1, seconds + 1, (videos, 1, classes))
        time_ = np.arange(seconds)[None, :, None]
        gap = rng.random((videos, seconds, classes)) < 0.1
        truth.append(present & (time_ >= onset) & (time_ < offset) & ~gap)
        pred.append(truth[-1] ^ (rng.random((videos, seconds, classes)) < 0.02))
    return [*pred, *truth]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--videos', type=int, default=1200, help='the official test split has 1200')
    parser.add_argument('--repeats', type=int, default=5, help='of the vectorised metric; the best time counts')
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    matrices = random_videos(np.random.default_rng(args.seed), args.videos, seconds=10, classes=25)
    times = []
    for _ in range(args.repeats):
        start = time.perf_counter()
        ours = llp_f_scores(*matrices)
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    plain = loop_f_scores(*matrices)
    plain_time = time.perf_counter() - start
    print(f'{args.videos} videos: vectorised {1000 * min(times):.1f} ms, loops {1000 * plain_time:.1f} ms, '
          f'{plain_time / min(times):.0f} times faster')
    print(f'largest difference: {max(abs(ours[key] - plain[key]) for key in plain):.2e} percent')


if __name__ == '__main__':
    main()
