"""From videos to the feature files of a benchmark: python tools/extract_features.py VIDEOS --encoder vggish --checkpoint W --out DIR

  python tools/extract_features.py data/MUSIC-AVQA/video --layout music_avqa --out data/MUSIC-AVQA/feats \\
      --encoder vggish --checkpoint weights/vggish-10086976.pth
  ... --encoder clip --checkpoint weights/clip-vit-large-patch14-336           frame features
  ... --encoder clip_tokens --checkpoint weights/clip-vit-large-patch14-336    14 merged tokens a frame
  ... --encoder pvt_v2 --variant b5 --checkpoint weights/pvt_v2_b5.pth         mean of the last stage
  ... --encoder configs/avunified/all_tasks.py --backbone audio --checkpoint work_dirs/all_tasks/iter_1900.pth

A run that was killed is started again with the same command and goes on; the files are the same, to the last byte. Beside the files lies
passport.json, which says how they were made: training refuses to mix features of different passports. What failed, and why, stands in
DIR/extraction_<encoder>.jsonl and at the end on the screen. Exit status: 0, or 1 if any video failed, or 2 for a mistake in the command.
"""
import argparse
import sys

import torch

from avreg.apis import FEATURE_ENCODERS, EncoderOptions, build_feature_encoder, extract_features, find_videos, run_cli
from avreg.datasets.cores import available_cores
from avreg.datasets.feature_layouts import LAYOUTS, get_layout
from avreg.errors import ConfigError


def parse_shard(text: str) -> tuple[int, int]:
    """``2/8`` -> (2, 8)."""
    try:
        index, shards = map(int, text.split('/'))
        return index, shards
    except ValueError:
        raise argparse.ArgumentTypeError(f'{text!r} is not of the form i/n, as 0/4') from None


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('videos', nargs='+', metavar='VIDEOS', help='folders, lists (.txt, one path a line) or files')
    parser.add_argument('--encoder', required=True, help=f'{", ".join(FEATURE_ENCODERS)}, or the path of a config')
    parser.add_argument('--out', required=True, metavar='DIR', help='folder in which the layout begins')
    parser.add_argument('--layout', default='plain', help='; '.join(f'{layout.name}: {layout.title}' for layout in LAYOUTS.values()))
    parser.add_argument('--checkpoint', metavar='PATH', help="weights: a file, or the folder of CLIP's download")
    parser.add_argument('--random-weights', action='store_true', help='without weights: features that mean nothing, to try everything else')
    parser.add_argument('--variant', help='clip, clip_tokens: ViT-B/32, ViT-B/16, ViT-L/14, ViT-L/14@336 (default: that of the checkpoint); pvt_v2: b0 to b5')
    parser.add_argument('--num-tokens', type=int, help='clip_tokens: tokens left of a frame (default: 14)')
    parser.add_argument('--merge-rate', type=int, help='clip_tokens: tokens merged in a block (default: 25 for ViT-L/14@336, else the smallest that gets there)')
    parser.add_argument('--image-size', type=int, help='pvt_v2: height and width of a frame (default: 224)')
    parser.add_argument('--backbone', help='of a config: name of the backbone (default: visual)')
    parser.add_argument('--feature', help='of a config: audio, visual or patches (default: what the backbone reads)')
    parser.add_argument('--batch-size', type=int, default=64, help='segments that are encoded at a time (default: %(default)s)')
    parser.add_argument('--workers', type=int, default=available_cores(), help='processes that decode; 0: none (default: one a core, %(default)s)')
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu', help='(default: %(default)s)')
    parser.add_argument('--shard', type=parse_shard, default=(0, 1), metavar='I/N', help='every N-th video from the I-th on, 0/N to N-1/N; for N machines')
    parser.add_argument('--no-sound', choices=('error', 'silence'), default='error', help='audio of a video without a sound track (default: %(default)s)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.workers < 0:
        raise ConfigError(f'--workers {args.workers}: 0 or more')
    layout = get_layout(args.layout)
    names = ('encoder', 'checkpoint', 'random_weights', 'variant', 'num_tokens', 'merge_rate', 'image_size', 'backbone', 'feature')
    encoder = build_feature_encoder(EncoderOptions(**{name: getattr(args, name) for name in names}))
    videos = find_videos(args.videos, encoder.modality)
    result = extract_features(videos, encoder.to(args.device), layout, args.out, args.batch_size, args.workers, args.shard, args.no_sound,
                              progress=True)
    print(f'{len(result.done)} videos done, {len(result.kept)} were there, {len(result.failed)} failed; features in {result.folder}, '
          f'report in {result.report}')
    for reason in result.failed.values():
        print(f'  {reason}')
    if result.failed:
        sys.exit(1)


if __name__ == '__main__':
    run_cli(main)
