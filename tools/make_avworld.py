"""Make AVWorld, the embedded data: ``python tools/make_avworld.py [--root data/avworld] [--seed 0]``."""
import argparse

from avreg.apis import run_cli
from avreg.datasets.avworld.world import WRITERS, AVWorldBuilder


def parse_size(text: str) -> tuple[str, str, int]:
    """``ave.train=800`` -> ('ave', 'train', 800)."""
    try:
        key, size = text.split('=')
        benchmark, split = key.split('.')
        return benchmark, split, int(size)
    except ValueError:
        raise argparse.ArgumentTypeError(f'{text!r} is not of the form benchmark.split=clips, as ave.train=800') from None


def main() -> None:
    """Parse, build, say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--root', default='data/avworld', help='folder of the world (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0, help='0 to 9999; another seed is another world')
    parser.add_argument('--benchmarks', nargs='+', default=list(WRITERS), help='default: all')
    parser.add_argument('--sizes', nargs='+', type=parse_size, default=[], metavar='BENCHMARK.SPLIT=CLIPS',
                        help='clips a split, where they differ from the defaults')
    parser.add_argument('--workers', type=int, help='processes (default: one a CPU core)')
    args = parser.parse_args()
    sizes: dict[str, dict[str, int]] = {}
    for benchmark, split, size in args.sizes:
        sizes.setdefault(benchmark, {})[split] = size
    root = AVWorldBuilder(args.root, args.seed, args.benchmarks, sizes, args.workers).build()
    print(f'AVWorld is in {root}')


if __name__ == '__main__':
    run_cli(main)
