"""Give a released checkpoint avreg's names: python tools/convert_checkpoint.py pvt_v2 pvt_v2_b5.pth checkpoints/pvt_v2_b5.safetensors"""
import argparse

from avreg.apis import run_cli
from avreg.models.checkpoints import CONVERTERS, convert_checkpoint


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('method', help=f'whose checkpoint it is: {", ".join(CONVERTERS)}')
    parser.add_argument('source', metavar='IN', help='official file; of CLIP also the folder of a download')
    parser.add_argument('target', metavar='OUT', help='.safetensors file to write')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    for note in convert_checkpoint(args.method, args.source, args.target):
        print(note)
    print(f'{args.target} is written')


if __name__ == '__main__':
    run_cli(main)
