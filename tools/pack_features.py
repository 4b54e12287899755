"""From a folder of feature files to the official HDF5 file: python tools/pack_features.py ave --data-root DIR --features DIR --out FILE.h5

  python tools/extract_features.py data/AVE/AVE --layout ave --out data/AVE/feats --encoder vggish --checkpoint weights/vggish-10086976.pth
  python tools/pack_features.py ave --data-root data/AVE --features data/AVE/feats/vggish --out data/AVE/audio_feature.h5

ave: float32 (rows of Annotations.txt, 10, ...) under the key avadataset. avqa: `ids`, the video numbers, and `features`, a row for each.
The passport goes along, as an attribute. The file appears whole, or not at all if a video is missing; the dataset reads both it
(features.audio=audio_feature.h5) and the folder (features.audio=feats/vggish).
"""
import argparse

from avreg.apis import pack_features, run_cli
from avreg.apis.pack_features import ORDERS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('benchmark', help=f'one of {", ".join(ORDERS)}')
    parser.add_argument('--data-root', required=True, metavar='DIR', help='folder of its annotations')
    parser.add_argument('--features', required=True, metavar='DIR', help='folder of the files <video id>.npy')
    parser.add_argument('--out', required=True, metavar='FILE', help='the HDF5 file (.h5), which must not exist')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    shape = pack_features(args.benchmark, args.data_root, args.features, args.out, progress=True)
    print(f'written: {args.out}, {shape[0]} rows of {" x ".join(map(str, shape[1:]))}')


if __name__ == '__main__':
    run_cli(main)
