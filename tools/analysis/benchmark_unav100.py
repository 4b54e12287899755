"""Time UnAV-100's mean average precision against a plain loop over classes, thresholds and predictions:
python tools/analysis/benchmark_unav100.py

Prints both times, their ratio and the largest difference of the numbers.
"""
import argparse
import time

import numpy as np

from avreg.evaluation.functional import TimedEvents, unav100_scores

THRESHOLDS = np.linspace(0.1, 0.9, 9).tolist()


def loop_scores(pred: TimedEvents, truth: TimedEvents) -> dict[str, float]:
    """What :func:`unav100_scores` computes, written as the definition reads."""
    of_truth, of_pred = {}, {}
    for video, label, start, end in zip(*(a.tolist() for a in truth[:4])):
        of_truth.setdefault(label, {}).setdefault(video, []).append((start, end))
    for index, (video, label, start, end, score) in enumerate(zip(*(a.tolist() for a in pred))):
        of_pred.setdefault(label, []).append((-score, -index, video, start, end))
    areas = [[_area(sorted(of_pred.get(label, [])), videos, threshold) for label, videos in of_truth.items()] for threshold in THRESHOLDS]
    means = [100 * sum(of_threshold) / len(of_threshold) for of_threshold in areas]
    scores = {f'map@{threshold:.1f}': mean for threshold, mean in zip(THRESHOLDS, means)} | {'map_avg': sum(means) / len(means)}
    found = {'short': [], 'middle': [], 'long': []}
    for label, videos in of_truth.items():
        for video, events in videos.items():
            for event in events:
                duration = event[1] - event[0]
                name = 'short' if duration <= 5 else 'middle' if duration <= 20 else 'long'
                if 0 < duration <= 60:
                    found[name].append(any(p[2] == video and _overlap(p[3:], event) > 0.5 for p in of_pred.get(label, [])))
    return scores | {f'precision/{name}': 100 * sum(hits) / len(hits) for name, hits in found.items()}


def _area(predictions: list[tuple], videos: dict[int, list[tuple]], threshold: float) -> float:
    """Average precision of one class at one threshold."""
    taken, hits = set(), []
    for _, _, video, start, end in predictions:
        overlaps = sorted(((_overlap((start, end), event), i) for i, event in enumerate(videos.get(video, []))), reverse=True)
        hit = next((i for overlap, i in overlaps if overlap >= threshold and (video, i) not in taken), None)
        hits.append(hit is not None)
        if hit is not None:
            taken.add((video, hit))
    number = sum(map(len, videos.values()))
    area, best = 0.0, 0.0
    for value, hit in zip(reversed(_precision(hits)), reversed(hits)):
        best = max(best, value)
        area += best * hit / number
    return area


def _precision(hits: list[bool]) -> list[float]:
    """After each prediction."""
    precision, found = [], 0
    for k, hit in enumerate(hits):
        found += hit
        precision.append(found / (k + 1))
    return precision


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    both = max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
    either = (one[1] - one[0]) + (other[1] - other[0]) - both
    return both / either if either > 0 else 0.0


def random_events(rng: np.random.Generator, videos: int, predictions: int, classes: int) -> tuple[TimedEvents, TimedEvents]:
    """Truth with 0 to 5 events a video, in two classes, and predictions, most of them of these classes and half of them near an event."""
    counts = rng.integers(0, 6, videos)
    video = np.repeat(np.arange(videos), counts)
    own = rng.integers(0, classes, (videos, 2))
    label = own[video, rng.integers(0, 2, len(video))]
    start = rng.uniform(0, 50, len(video))
    truth = TimedEvents(video, label, start, start + rng.choice([2.0, 10.0, 30.0], len(video)) * rng.uniform(0.5, 1, len(video)))
    where = np.repeat(np.arange(videos), predictions)
    labels = np.where(rng.random(len(where)) < 0.8, own[where, rng.integers(0, 2, len(where))], rng.integers(0, classes, len(where)))
    start = rng.uniform(0, 50, len(where))
    end = start + rng.uniform(0.5, 30, len(where))
    first = np.cumsum(counts) - counts
    near = (rng.random(len(where)) < 0.5) & (counts[where] > 0)
    event = (first[where] + (rng.random(len(where)) * counts[where]).astype(int))[near]
    labels[near], start[near] = truth.label[event], truth.start[event] + rng.normal(0, 1, near.sum())
    end[near] = np.maximum(start[near], truth.end[event] + rng.normal(0, 1, near.sum()))
    # Few digits, so that scores are equal now and then.
    return TimedEvents(where, labels, start, end, rng.random(len(where)).round(3)), truth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--videos', type=int, default=2000, help='the official test split has 2,167')
    parser.add_argument('--predictions', type=int, default=100, help='for each video')
    parser.add_argument('--repeats', type=int, default=5, help='of the vectorised metric; the best time counts')
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    pred, truth = random_events(np.random.default_rng(args.seed), args.videos, args.predictions, classes=100)
    times = []
    for _ in range(args.repeats):
        start = time.perf_counter()
        ours = unav100_scores(pred, truth)
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    plain = loop_scores(pred, truth)
    plain_time = time.perf_counter() - start
    print(f'{args.videos} videos x {args.predictions} predictions x 9 thresholds: vectorised {min(times):.2f} s, loops {plain_time:.1f} s, '
          f'{plain_time / min(times):.0f} times faster')
    print(f'largest difference: {max(abs(ours[key] - plain[key]) for key in plain):.2e} percent')


if __name__ == '__main__':
    main()
