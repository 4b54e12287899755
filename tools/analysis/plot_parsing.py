"""Draw a clip of LLP with its true and predicted events: python tools/analysis/plot_parsing.py CONFIG CKPT --index 3 --out clip.png"""
import argparse

import numpy as np
import torch
from mmengine.dataset import pseudo_collate

from avreg.apis import init_model, run_cli
from avreg.benchmarks import LLP
from avreg.config import benchmark_of, check_config, datasets_of, load_config
from avreg.registry import DATASETS
from avreg.visualization import parsing_figure, save_figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument('--index', type=int, default=0, help='position in the test split')
    parser.add_argument('--out', default='clip.png')
    args = parser.parse_args()
    cfg = load_config(args.config)
    check_config(cfg)
    found = [d for d in datasets_of(cfg, ('test_dataloader', )) if benchmark_of(d) == 'llp']
    if not found:
        raise ValueError(f'{args.config} tests no llp')
    model, dataset = init_model(cfg, args.checkpoint), DATASETS.build(found[0])
    if not 0 <= args.index < len(dataset):
        raise ValueError(f'--index {args.index}: the test split has {len(dataset)} clips, 0 to {len(dataset) - 1}')
    item = dataset[args.index]
    with torch.no_grad():
        sample, = model.test_step(pseudo_collate([item]))
    rows = []
    for k, label in enumerate(LLP.labels):
        for modality in ('audio', 'visual'):
            truth = sample.get(f'gt_{modality}')[:, k].bool().numpy()
            prediction = sample.get(f'pred_{modality}')[:, k].numpy()
            if truth.any() or prediction.any():
                rows.append((f'{label} ({modality})', truth, prediction))
    frames = item['inputs']['visual'].permute(0, 2, 3, 1).numpy()
    figure = parsing_figure(frames, np.asarray(item['inputs']['audio']), rows, f'llp test clip {sample.sample_id}')
    print(save_figure(figure, args.out))


if __name__ == '__main__':
    run_cli(main)
