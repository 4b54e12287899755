"""Make the vocabulary of CaptionTokenizer: python tools/misc/build_vocabulary.py data/F-Music/annotations.json words.txt"""
import argparse
from pathlib import Path

from avreg.apis import run_cli
from avreg.atomic_write import write_text_atomically
from avreg.datasets.ra_ssu import training_words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('annotations', type=Path, help='annotations.json of F-Music or F-Lifescene')
    parser.add_argument('out', help='text file, one word a line, most frequent first; for CaptionTokenizer.vocabulary')
    parser.add_argument('--min-count', type=int, default=1, help='leave out words that occur less often (default: %(default)s)')
    args = parser.parse_args()
    words = training_words(args.annotations, args.min_count)
    write_text_atomically(args.out, ''.join(f'{word}\n' for word in words))
    print(f'{len(words)} words are in {args.out}')


if __name__ == '__main__':
    run_cli(main)
