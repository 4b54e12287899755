"""The board of avreg: score submissions, check the rows, build the site.

  python tools/leaderboard.py add SUBMISSION --annotations DIR        score it and add a row
  python tools/leaderboard.py baseline ave prior --annotations DIR    the same for a prediction that looks at nothing
  python tools/leaderboard.py verify [SUBMISSION --annotations DIR]   check all rows, or one anew against its submission
  python tools/leaderboard.py build --out site                        Markdown and a static site
"""
import argparse
import dataclasses
import json
import tempfile
from pathlib import Path
from typing import Any

from avreg.apis import KINDS, run_cli, score_row, write_baseline
from avreg.evaluation import format_table
from avreg.leaderboard import read_addressee
from avreg.leaderboard.board import BASELINE, DEFAULT_BOARD, VERIFIED, Row, add_row, build_site, check_board, check_place, read_board


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        of_name = commands.add_parser(name, help=text, description=text)
        of_name.add_argument('--board', default=str(DEFAULT_BOARD), metavar='DIR', help=f'folder of the rows (default: {DEFAULT_BOARD})')
        return of_name

    def scoring(of_name: argparse.ArgumentParser, required: bool) -> None:
        of_name.add_argument('--annotations', required=required, metavar='DIR', help="folder of the benchmark's own annotation files")
        of_name.add_argument('--skip-meteor', action='store_true', help='f_music, f_lifescene: leave METEOR out, which needs Java')

    add = command('add', 'score a submission and add its row')
    add.add_argument('submission', metavar='SUBMISSION', help='folder with meta.json and predictions.jsonl')
    add.add_argument('--replace', action='store_true', help='replace the row of that method, if there is one')
    scoring(add, required=True)
    baseline = command('baseline', 'score a prediction that looks at nothing and add its row')
    baseline.add_argument('benchmark')
    baseline.add_argument('kind', help='; '.join(f'{kind}: {text}' for kind, text in KINDS.items()))
    baseline.add_argument('--split', default='test', help='(default: test)')
    baseline.add_argument('--out', metavar='DIR', help='keep the submission here')
    baseline.add_argument('--replace', action='store_true', help='replace the row, if there is one')
    scoring(baseline, required=True)
    verify = command('verify', 'check every row; with a submission, score it anew and compare it with its row')
    verify.add_argument('submission', nargs='?', metavar='SUBMISSION')
    scoring(verify, required=False)
    build = command('build', 'write the site')
    build.add_argument('--out', required=True, metavar='DIR', help='folder of the site')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.command == 'add':
        benchmark, split, method = read_addressee(args.submission)
        check_place(args.board, benchmark, split, method, args.replace)
        _add(args, args.submission, benchmark, split, VERIFIED)
    elif args.command == 'baseline':
        with tempfile.TemporaryDirectory() as scratch:
            submission = write_baseline(args.benchmark, args.kind, args.annotations, args.out or scratch, args.split, progress=True)
            _add(args, submission, args.benchmark, args.split, BASELINE)
    elif args.command == 'verify':
        if args.submission:
            _verify(args)
        print(f'{check_board(args.board)} rows in {args.board}: all in order')
    else:
        files = build_site(read_board(args.board), args.out)
        print(f'{len(files)} files in {args.out}; open {Path(args.out) / "index.html"}')


def _add(args: argparse.Namespace, submission: str | Path, benchmark: str, split: str, status: str) -> None:
    row = score_row(benchmark, args.annotations, submission, split, status, args.skip_meteor, progress=True)
    path = add_row(args.board, row, args.replace)
    print(format_table({f'{benchmark}/{key}': value for key, value in row.scores.items()}))
    print(f'written: {path}')


def _verify(args: argparse.Namespace) -> None:
    """Score the submission anew; the row must say the same.

    Raises:
        ValueError: there is no row of it, or one that differs.
    """
    if not args.annotations:
        raise ValueError('to verify a submission its annotations are needed: --annotations DIR')
    benchmark, split, _ = read_addressee(args.submission)
    new = score_row(benchmark, args.annotations, args.submission, split, VERIFIED, args.skip_meteor, progress=True)
    known = [row for row in read_board(args.board).get(benchmark, []) if (row.method, row.split) == (new.method, split) and row.submission]
    if not known:
        raise ValueError(f'{args.board} has no scored row of {new.method!r} on {benchmark} {split}; `tools/leaderboard.py add` makes one')
    # As a file holds it: lists instead of tuples.
    old, new = (json.loads(json.dumps(_comparable(row))) for row in (known[0], new))
    different = [name for name in old if not _same(old[name], new[name])]
    if different:
        raise ValueError(f'the row of {known[0].method!r} is not what the submission gives: ' +
                         '; '.join(f'{name}: {str(old[name])[:80]} in the row, {str(new[name])[:80]} now' for name in different))
    print(f'the row of {known[0].method!r} is what the submission gives')


def _comparable(row: Row) -> dict:
    """What does not depend on when and by whom it was scored."""
    value = dataclasses.asdict(row)
    return {name: value[name] for name in ('meta', 'scores', 'intervals', 'resampled', 'coverage', 'protocol', 'annotations', 'submission')}


def _same(one: Any, other: Any) -> bool:
    """Equal, numbers up to a thousandth of a percent: another machine may round otherwise."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return isinstance(one, (int, float)) and isinstance(other, (int, float)) and abs(one - other) <= 1e-3
    return one == other


if __name__ == '__main__':
    run_cli(main)
