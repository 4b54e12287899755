"""Which of a benchmark's official samples are there, and what is wrong with the others: python tools/data_doctor.py ave --data-root /data/AVE

Every clip is read as training reads it. missing: a file is not there; corrupt: it cannot be read, or has no sound or picture; short: it ends
more than 0.5 s early; silent: nothing is louder than -80 dB. Short and silent clips are usable, and present.

The coverage hash tells which samples of a split are present (SHA-256 over their sorted ids, a line each); scored rows of the leaderboard
carry it, so two results can be seen to be about the same samples.
"""
import argparse

from mmengine.config import Config, DictAction

from avreg.apis import run_cli
from avreg.apis.data_doctor import examinable_benchmarks, examine
from avreg.apis.data_doctor_report import format_examination, write_examination
from avreg.benchmarks import get_card


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('benchmark', help=f'one of {", ".join(examinable_benchmarks())}')
    parser.add_argument('--data-root', required=True, metavar='DIR', help='folder of its download')
    parser.add_argument('--splits', nargs='+', metavar='SPLIT', help='those to examine (default: all)')
    parser.add_argument('--options', nargs='+', action=DictAction, default={}, metavar='KEY=VALUE',
                        help='arguments of the dataset, as release=by_video, features.audio=feats/vggish or media_prefix.video=clips')
    parser.add_argument('--no-decode', action='store_true', help='only look whether the files are there')
    parser.add_argument('--workers', type=int, metavar='N', help='processes that read (default: one a core)')
    parser.add_argument('--out', metavar='FILE', help='write the lists: as JSON if it ends in .json, else as text, a line a problem')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    options = Config()
    options.merge_from_dict(args.options)
    found = examine(args.benchmark, args.data_root, args.splits, options.to_dict(), not args.no_decode, args.workers, progress=True)
    print(f'{get_card(args.benchmark).title} in {args.data_root}')
    for note in dict.fromkeys(note for examination in found for note in examination.notes):
        print(f'note: {note}')
    print(format_examination(found))
    if args.no_decode:
        print('The files were not read: none is known to be corrupt, short or silent.')
    if args.out:
        print(f'written: {write_examination(args.out, args.benchmark, args.data_root, found)}')
    if all(examination.unreadable for examination in found):
        raise FileNotFoundError(f'no split of {args.benchmark} can be read in {args.data_root}')


if __name__ == '__main__':
    run_cli(main)
