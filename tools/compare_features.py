"""Two folders (or files) of features side by side: python tools/compare_features.py A B

The cosine of every segment that both have: one row a file, then the worst segments. Exit status 1 if nothing could be compared.
"""
import argparse
import json
import sys

from avreg.apis import compare_features, run_cli
from avreg.atomic_write import write_text_atomically


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('a', metavar='A', help='folder, or .npy file')
    parser.add_argument('b', metavar='B', help='the same of somebody else')
    parser.add_argument('--worst', type=int, default=10, metavar='N', help='segments to show, the worst (default: %(default)s)')
    parser.add_argument('--rows', type=int, default=20, metavar='N', help='files to show, the worst (default: %(default)s)')
    parser.add_argument('--out', metavar='FILE', help='write the cosine of every segment of every file to this file, as JSON')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    result = compare_features(args.a, args.b, progress=True)
    compared = sorted(result.compared, key=lambda file: file.cosine.min())
    if compared:
        width = max(len(file.name) for file in compared[:args.rows] + compared[:1])
        print(f'{"file":{width}}  {"segments":>9}  {"mean cos":>9}  {"min cos":>9}  {"at":>5}  {"largest difference":>18}')
        for file in compared[:args.rows]:
            length = str(file.lengths[0]) if file.lengths[0] == file.lengths[1] else '{}, {}'.format(*file.lengths)
            print(f'{file.name:{width}}  {length:>9}  {file.cosine.mean():9.6f}  {file.cosine.min():9.6f}  {file.cosine.argmin():5d}  '
                  f'{file.largest:18.3g}')
        if len(compared) > args.rows:
            print(f'... and {len(compared) - args.rows} files that differ less')
        count = sum(len(file.cosine) for file in compared)
        mean = sum(file.cosine.sum() for file in compared) / count
        print(f'\n{count} segments of {len(compared)} files: mean cosine {mean:.6f}, lowest {compared[0].cosine.min():.6f}')
        print('worst segments: ' + ', '.join(f'{name}[{segment}] {cosine:.6f}' for name, segment, cosine in result.worst(args.worst)))
    for file in result.files:
        if file.problem:
            print(f'not compared: {file.problem}')
    for side, names in (('A', result.only_a), ('B', result.only_b)):
        if names:
            print(f'only in {side}: {len(names)} files, {", ".join(names[:5])}{", ..." if len(names) > 5 else ""}')
    if result.passport is not None:
        print('passports: ' + ('the same' if not result.passport else 'different\n  ' + '\n  '.join(result.passport)))
    if args.out:
        everything = {file.name: dict(cosine=file.cosine.tolist(), largest=file.largest, lengths=file.lengths, problem=file.problem)
                      for file in result.files}
        print(f'written: {write_text_atomically(args.out, json.dumps(everything) + chr(10))}')
    if not compared:
        sys.exit(1)


if __name__ == '__main__':
    run_cli(main)
