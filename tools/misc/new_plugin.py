"""Start a plugin: python tools/misc/new_plugin.py my_method copies plugins/example under that name."""
import argparse

from avreg.apis import run_cli
from avreg.new_plugin import PLUGINS, copy_example


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('name', help='snake_case name of the plugin')
    parser.add_argument('--into', default=PLUGINS, metavar='DIR', help='folder of plugins, also one that '
                                                                       'AVREG_PLUGINS lists (default: plugins/)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    folder = copy_example(args.name, args.into)
    print(f'{folder} is ready. Its test is green now: python -m pytest {folder}\nRead {folder / "README.md"}')


if __name__ == '__main__':
    run_cli(main)
