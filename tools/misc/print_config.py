"""Print a whole config, with bases and options merged in: print_config.py configs/avunified/all_tasks.py"""
import argparse

from mmengine.config import DictAction

from avreg.apis import run_cli
from avreg.config import check_config, load_config


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('--cfg-options',
                        nargs='+',
                        action=DictAction,
                        metavar='KEY=VALUE',
                        help='settings that override the config')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    cfg = load_config(args.config, args.cfg_options)
    check_config(cfg)
    print(cfg.pretty_text)


if __name__ == '__main__':
    run_cli(main)
