"""Test a checkpoint: python tools/test.py configs/avunified/all_tasks.py work_dirs/all_tasks/iter_1900.pth"""
import argparse
from pathlib import Path

from avreg.apis import add_common_arguments, build_runner, config_from_args, run_cli
from avreg.engine import PictureHook, StrictLoadHook
from avreg.leaderboard import with_submission_dump


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file, which must fill the whole model; what it holds besides is left out')
    add_common_arguments(parser)
    parser.add_argument('--out', metavar='DIR', help='write a submission folder for each benchmark to DIR/<benchmark>')
    parser.add_argument('--show-dir', metavar='DIR', help='draw predictions and truth of some test samples into DIR/<benchmark>')
    parser.add_argument('--show-num', type=int, default=20, help='how many of each benchmark --show-dir draws (default: %(default)s)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    cfg = config_from_args(args)
    cfg.load_from = args.checkpoint
    cfg.custom_hooks = [*cfg.get('custom_hooks', []), dict(type=StrictLoadHook)]
    if args.out is not None:
        method = dict(method=Path(args.config).stem, checkpoint=Path(args.checkpoint).name)
        cfg.test_evaluator = with_submission_dump(cfg.test_evaluator, args.out, method)
    if args.show_dir is not None:
        cfg.custom_hooks.append(dict(type=PictureHook, folder=args.show_dir, limit=args.show_num))
    build_runner(cfg, loaders=('test_dataloader', )).test()


if __name__ == '__main__':
    run_cli(main)
