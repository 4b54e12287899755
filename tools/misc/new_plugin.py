"""Start a plugin: python tools/misc/new_plugin.py my_method copies plugins/example under that name."""
import argparse
import shlex

from avreg.apis import run_cli
from avreg.new_plugin import PLUGINS, copy_example, environment_for


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('name', help='snake_case name of the plugin')
    parser.add_argument('--into', default=PLUGINS, metavar='DIR', help='folder of plugins, also one that '
                                                                       'AVREG_PLUGINS lists (default: plugins/)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    folder = copy_example(args.name, args.into)
    command = f'{environment_for(folder)}python -m pytest {shlex.quote(str(folder.resolve()))}'
    print(f'{folder} is ready. Its test is green now: {command}\nRead {folder / "README.md"}')


if __name__ == '__main__':
    run_cli(main)
