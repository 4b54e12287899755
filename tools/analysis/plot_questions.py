"""Draw what a model with TopKTPM and TokenMergeSPM selects and where the sound looks: python tools/analysis/plot_questions.py CONFIG CKPT

One picture a question, as TSPM's Figure 4: the frames with the selected segments marked, the sound heat map on them, question, prompt, and
the likeliest answers with their probabilities. Questions of the test split, evenly over it, or those of --ids.
"""
import argparse
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import pseudo_collate

from avreg.apis import init_model, run_cli
from avreg.benchmarks import get_card
from avreg.config import benchmark_of, check_config, datasets_of, load_config
from avreg.models import AVModel
from avreg.registry import DATASETS
from avreg.visualization import question_figure, save_figure

BENCHMARKS = ('music_avqa', 'avqa')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument('--questions', type=int, default=4, help='how many, evenly over the test split')
    parser.add_argument('--ids', type=int, nargs='+', help='question ids instead')
    parser.add_argument('--out', type=Path, default=Path('questions'), help='folder')
    args = parser.parse_args()
    cfg = load_config(args.config)
    check_config(cfg)
    datasets = [d for d in datasets_of(cfg, ('test_dataloader', )) if benchmark_of(d) in BENCHMARKS]
    if not datasets:
        raise ValueError(f'{args.config} tests none of {", ".join(BENCHMARKS)}')
    model, dataset = init_model(cfg, args.checkpoint), DATASETS.build(datasets[0])
    indices = np.linspace(0, len(dataset) - 1, args.questions).astype(int).tolist()
    if args.ids:
        places = {dataset.get_data_info(i)['question_id']: i for i in range(len(dataset))}
        if unknown := [i for i in args.ids if i not in places]:
            raise ValueError(f'--ids: question {unknown[0]} is not in the test split')
        indices = [places[i] for i in args.ids]
    for index in indices:
        item = dataset[index]
        print(save_figure(draw(model, item), args.out / f"{item['data_samples'].sample_id}.png"))


@torch.no_grad()
def draw(model: AVModel, item: dict, most: int = 4):
    """The picture of a question: a Figure."""
    batch = model.data_preprocessor(pseudo_collate([item]))
    sample = item['data_samples']
    # A row for each sample, so that the maps are those of this question.
    feats = model.extract_feat(batch['inputs'], sample.benchmark)
    if 'selected' not in feats.maps or item['inputs']['visual'].ndim != 4:
        raise ValueError('there is nothing to draw: the model needs TopKTPM among its necks, and frames, not stored features')
    _, head = model.head_of([sample])
    scores = head.predict(feats, [sample.clone()])[0].pred_scores
    labels = sample.choices if sample.benchmark == 'avqa' else get_card(sample.benchmark).labels
    likeliest = scores.argsort(descending=True)[:most].tolist()
    sound = feats.maps.get('sound')
    if sound is not None:
        sound = sound[0].unflatten(1, feats.grid) if sound.shape[2] == feats.grid[0] * feats.grid[1] else None
        # Each frame by itself: how much the sound looks anywhere says nothing.
        sound = None if sound is None else (sound / sound.amax((1, 2), keepdim=True)).numpy()
    # The published patch_index='first' takes the tokens of other frames than those selected.
    looked = None if feats.selection is None else feats.selection.patch_segments[0].tolist()
    frames = item['inputs']['visual'].permute(0, 2, 3, 1).numpy()
    return question_figure(frames, feats.maps['selected'][0].tolist(), sound, sample.question, sample.prompt,
                           [(labels[i], float(scores[i])) for i in likeliest], labels[int(sample.gt_answer)], looked)


if __name__ == '__main__':
    run_cli(main)
