"""Parameters, operations and time of a sample for any config: python tools/analysis/get_complexity.py CONFIG

Operations are counted by torch's FlopCounterMode, a multiplication and an addition as two (GFLOPs); papers that count with thop or fvcore
give multiply-accumulates (GMACs), half of it. Encoders whose checkpoint is not there are built randomly, which costs the same; a model beside the network whose answers are kept on disk is left
out then. Sentences of random weights seldom end: their cost is that of the longest.
"""
import argparse
from pathlib import Path

import torch

from avreg.apis import init_model, run_cli
from avreg.apis.complexity import made_up_item, measure_flops, measure_time, without_missing_files
from avreg.config import benchmark_of, check_config, datasets_of, load_config
from avreg.registry import DATASETS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config')
    parser.add_argument('--batch-size', type=int, default=1, help='samples predicted together when the time is taken (default: %(default)s)')
    parser.add_argument('--repeats', type=int, default=10, help='of which the median counts (default: %(default)s)')
    parser.add_argument('--device', default='cpu')
    args = parser.parse_args()
    if min(args.batch_size, args.repeats) < 1:
        raise ValueError('--batch-size and --repeats must be at least 1')
    cfg = load_config(args.config)
    check_config(cfg)
    for note in without_missing_files(cfg.model):
        print(note)
    model = init_model(cfg, device=args.device)
    everything, learned = (sum(p.numel() for p in model.parameters() if p.requires_grad or kind) for kind in (True, False))
    print(f'{everything / 1e6:.2f} M parameters, {learned / 1e6:.2f} M of them trainable')
    for dataset in datasets_of(cfg, ('test_dataloader', )):
        benchmark = benchmark_of(dataset)
        there = Path(dataset['data_root']).is_dir()
        item = DATASETS.build(dict(dataset))[0] if there else made_up_item(dataset, cfg.model)
        shapes = ', '.join(f'{kind} {tuple(x.shape)}' for kind, x in item['inputs'].items())
        print(f'\n{benchmark}: {"a test sample" if there else "a made-up sample (no data in " + str(dataset["data_root"]) + ")"}, {shapes}')
        parts = measure_flops(model, item)
        print('| part | parameters (M) | trainable (M) | GFLOPs | GMACs |\n| --- | --- | --- | --- | --- |')
        rows = [(f'{part.name} {part.kind}', part.parameters, part.trainable, part.flops) for part in parts]
        rows.append(('**sum**', *(sum(row[i] for row in rows) for i in (1, 2, 3))))
        for name, parameters, trainable, flops in rows:
            print(f'| {name} | {parameters / 1e6:.3f} | {trainable / 1e6:.3f} | {flops / 1e9:.3f} | {flops / 2e9:.3f} |')
        milliseconds = measure_time(model, item, args.batch_size, args.repeats)
        frames = len(item['inputs']['visual'])
        print(f'{milliseconds:.2f} ms a sample, {1000 * frames / milliseconds:.1f} frames a second (batches of {args.batch_size}, median of {args.repeats}, {args.device}, '
              f'{torch.get_num_threads()} thread{"s" * (torch.get_num_threads() > 1)})')


if __name__ == '__main__':
    run_cli(main)
