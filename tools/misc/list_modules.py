"""Show everything that is registered: python tools/misc/list_modules.py '*head*'"""
import argparse

from avreg.apis import run_cli
from avreg.errors import short_path
from avreg.listing import list_modules
from avreg.plugin import list_plugins


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('pattern', nargs='?', default='*', help="wildcards over NAME or REGISTRY.NAME, e.g. '*head*' "
                                                                "or 'hooks.*'")
    parser.add_argument('--roots', action='store_true', help="also what MMEngine's own registries hold")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    rows = list_modules(args.pattern, args.roots)
    for row in rows:
        plugin = f'  [plugin {row.plugin}]' if row.plugin else ''
        print(f'{row.registry:<18} {row.scope + "." + row.name:<40} {row.file}{plugin}\n{"":<18}   {row.summary}')
    print(f'{len(rows)} registered' + (f' under {args.pattern!r}' if args.pattern != '*' else ''))
    for plugin in list_plugins():
        if plugin.status != 'loaded':
            print(f'plugin {plugin.name} is {plugin.status} ({short_path(plugin.path)}): {plugin.error}')


if __name__ == '__main__':
    run_cli(main)
