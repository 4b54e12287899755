"""What guessing from the training labels scores on a test split: ``python tools/analysis/measure_shortcuts.py data/avworld``."""
import argparse
import json

from avreg.apis import run_cli
from avreg.atomic_write import write_text_atomically
from avreg.datasets.avworld.shortcuts import best_guesses, measure_shortcuts


def main() -> None:
    """Parse, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('root', help='folder with one subfolder a benchmark, in the official layout')
    parser.add_argument('--benchmarks', nargs='+', default=['ave', 'llp', 'music_avqa'])
    parser.add_argument('--split', default='test', choices=['val', 'test'])
    parser.add_argument('--out', help='also write the numbers to this json file')
    args = parser.parse_args()
    scores = measure_shortcuts(args.root, tuple(args.benchmarks), args.split)
    width = max(map(len, scores))
    for key, value in scores.items():
        print(f'{key:{width}} {value:6.2f}')
    print('\nbest guess')
    for key, value in best_guesses(scores).items():
        print(f'{key:{width}} {value:6.2f}')
    if args.out:
        write_text_atomically(args.out, json.dumps(scores, indent=1) + '\n')


if __name__ == '__main__':
    run_cli(main)
