"""Score a submission: python tools/evaluate.py llp --annotations data/LLP --predictions submission/llp

Exit status 2 and no file when anything is wrong with the submission; all that is wrong is listed.
"""
import argparse
import warnings

from avreg.apis import evaluate_submission, run_cli, scorable_benchmarks
from avreg.benchmarks import get_card
from avreg.evaluation import format_table, write_metrics


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('benchmark', help=f'one of {", ".join(scorable_benchmarks())}')
    parser.add_argument('--annotations', required=True, metavar='DIR', help="folder of the benchmark's own annotation files")
    parser.add_argument('--predictions', required=True, metavar='SUBMISSION', help='folder with meta.json and predictions.jsonl')
    parser.add_argument('--split', default='test', help='to be scored (default: test)')
    parser.add_argument('--out', metavar='FILE', help='write the metrics to this file, as one flat JSON object')
    parser.add_argument('--fscore-batch', type=int, metavar='N',
                        help='avs_s4, avs_ms3: clips that share a threshold of the F-score (default: 1, as in the official code)')
    parser.add_argument('--skip-meteor', action='store_true', help='f_music, f_lifescene: leave METEOR out, which needs Java')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    options = {} if args.fscore_batch is None else {'fscore_batch': args.fscore_batch}
    if args.skip_meteor:
        options['skip_meteor'] = True
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        result = evaluate_submission(args.benchmark, args.annotations, args.predictions, args.split, options, progress=True)
    for warning in caught:
        print(f'note: {warning.message}')
    print(f'{result.meta["method"]} on {get_card(args.benchmark).title}, {args.split}: all {len(result.entries)} samples')
    print(format_table({f'{args.benchmark}/{key}': value for key, value in {**result.scores, **result.asides}.items()}))
    print(f'Protocol: {get_card(args.benchmark).protocol}')
    if args.out:
        print(f'written: {write_metrics(args.out, result.scores)}')


if __name__ == '__main__':
    run_cli(main)
