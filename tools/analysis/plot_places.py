"""Draw where test clips sound, true and predicted: python tools/analysis/plot_places.py CONFIG CKPT --out places.png

Clips of each benchmark about places that the config tests, evenly over its test split; the frame with the most to see of each.
"""
import argparse

import numpy as np
import torch
from mmengine.dataset import pseudo_collate

from avreg.apis import init_model, run_cli
from avreg.config import benchmark_of, check_config, datasets_of, load_config
from avreg.registry import DATASETS
from avreg.visualization import places_figure, save_figure

BENCHMARKS = ('vggss', 'avs_s4', 'avs_ms3', 'avss')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument('--clips', type=int, default=2, help='clips of each benchmark')
    parser.add_argument('--out', default='places.png')
    args = parser.parse_args()
    cfg = load_config(args.config)
    check_config(cfg)
    datasets = {benchmark_of(d): d for d in datasets_of(cfg, ('test_dataloader', )) if benchmark_of(d) in BENCHMARKS}
    if not datasets:
        raise ValueError(f'{args.config} tests none of {", ".join(BENCHMARKS)}')
    model = init_model(cfg, args.checkpoint)
    columns = []
    for benchmark, dataset in datasets.items():
        dataset = DATASETS.build(dataset)
        columns += [column(model, dataset[int(index)], benchmark) for index in np.linspace(0, len(dataset) - 1, args.clips)]
    print(save_figure(places_figure(columns, 'test clips'), args.out))


def column(model: torch.nn.Module, item: dict, benchmark: str) -> dict:
    """What places_figure draws of a clip."""
    with torch.no_grad():
        sample, = model.test_step(pseudo_collate([item]))
    frames = item['inputs']['visual'].permute(0, 2, 3, 1).numpy()
    if benchmark == 'vggss':
        return dict(name=benchmark, frame=frames[len(frames) // 2], boxes=np.asarray(sample.gt_boxes), heatmap=sample.pred_heatmap.numpy())
    masks = sample.gt_masks.numpy()
    t = int((masks > 0).reshape(len(masks), -1).sum(1).argmax())
    prediction = sample.pred_labels[t].numpy() if benchmark == 'avss' else (sample.pred_prob[t].numpy() > 0.5).astype(int)
    return dict(name=benchmark, frame=frames[t], truth=masks[t] if benchmark == 'avss' else (masks[t] > 0.5).astype(int), prediction=prediction)


if __name__ == '__main__':
    run_cli(main)
