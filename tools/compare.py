"""Compare two submissions to one benchmark: python tools/compare.py A B --annotations DIR

The difference B - A of every score, its 95 % interval and p-value by paired bootstrap over videos, and the samples that changed.
"""
import argparse
import json
import math

from avreg.apis import compare, evaluate_submission, run_cli
from avreg.atomic_write import write_text_atomically
from avreg.leaderboard import read_addressee


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('a', metavar='A', help='folder with meta.json and predictions.jsonl')
    parser.add_argument('b', metavar='B', help='the other one, to the same split')
    parser.add_argument('--annotations', required=True, metavar='DIR', help="folder of the benchmark's own annotation files")
    parser.add_argument('--skip-meteor', action='store_true', help='f_music, f_lifescene: leave METEOR out, which needs Java')
    parser.add_argument('--flips', type=int, default=10, metavar='N', help='samples to show of those that gained and lost most (default: 10)')
    parser.add_argument('--out', metavar='FILE', help='write everything to this file as JSON, all samples that changed too')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    benchmark, split, _ = read_addressee(args.a)
    options = {'skip_meteor': True} if args.skip_meteor else {}
    a, b = (evaluate_submission(benchmark, args.annotations, folder, split, options, progress=True) for folder in (args.a, args.b))
    result = compare(a, b)
    width = max(map(len, result.differences))
    print(f'A: {a.meta["method"]}\nB: {b.meta["method"]}\n{benchmark} {split}, {len(a.entries)} samples of {len(set(a.videos))} videos, percent')
    print(f'{"":{width}}  {"A":>7}  {"B":>7}  {"B - A":>7}  {"95 % interval":>17}  {"p":>6}')
    for key, d in result.differences.items():
        print(f'{key:{width}}  {d.a:7.2f}  {d.b:7.2f}  {d.b - d.a:+7.2f}  {f"{d.low:+.2f} to {d.high:+.2f}":>17}  {d.p:6.3f}')
    flips = list(result.flips.items())
    gained = [flip for flip in flips if flip[1][1] > flip[1][0]]
    lost = [flip for flip in flips[::-1] if flip[1][1] < flip[1][0]]
    for name, of_name in (('B is better', gained), ('A is better', lost)):
        print(f'{name} in {len(of_name)} samples' + (': ' if of_name else '')
              + ', '.join(f'{sample_id} ({one:.1f} -> {other:.1f})' for sample_id, (one, other) in of_name[:args.flips])
              + (', ...' if len(of_name) > args.flips else ''))
    if args.out:
        everything = {'a': a.meta, 'b': b.meta, 'differences': {key: _plain(vars(d)) for key, d in result.differences.items()},
                      'flips': [{'id': sample_id, 'a': one, 'b': other} for sample_id, (one, other) in flips]}
        print(f'written: {write_text_atomically(args.out, json.dumps(everything, indent=1) + chr(10))}')


def _plain(numbers: dict[str, float]) -> dict[str, float | None]:
    """JSON knows no NaN."""
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}


if __name__ == '__main__':
    run_cli(main)
