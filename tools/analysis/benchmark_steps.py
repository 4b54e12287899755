"""Time the training steps of every benchmark of a config, in single precision and in bf16: python tools/analysis/benchmark_steps.py CONFIG

A step is what train.py does with one batch, which is read before: forward and backward pass and the optimizer. Both precisions take turns, step by step, on
models that begin alike. Prints the medians and their ratio; whether bf16 pays is a matter of the processor (those with AVX512-BF16 or AMX have
instructions for it, others imitate them).
"""
import argparse
import statistics
import time

from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.runner import Runner, set_random_seed

from avreg.apis import init_model, run_cli
from avreg.config import benchmark_of, check_config, datasets_of, load_config
from avreg.engine import BFloat16OptimWrapper


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config')
    parser.add_argument('--benchmarks', nargs='+', help='these alone (default: all that the config trains on)')
    parser.add_argument('--repeats', type=int, default=10, help='of which the median counts (default: %(default)s)')
    parser.add_argument('--device', default='cpu')
    args = parser.parse_args()
    if args.repeats < 1:
        raise ValueError('--repeats must be at least 1')
    # What belongs to which group of the optimizer, a line a parameter.
    MMLogger.get_current_instance().setLevel('WARNING')
    names = args.benchmarks or [benchmark_of(dataset) for dataset in datasets_of(load_config(args.config), ('train_dataloader', ))]
    print('| benchmark | single precision (ms) | bf16 (ms) | ratio |\n| --- | --- | --- | --- |')
    for name in names:
        cfg = load_config(args.config, {'benchmarks': [name]})
        check_config(cfg)
        single, mixed = measure(cfg, args.repeats, args.device)
        print(f'| {name} | {1000 * single:.0f} | {1000 * mixed:.0f} | {single / mixed:.2f} |', flush=True)


def measure(cfg: Config, repeats: int, device: str) -> tuple[float, float]:
    """Median seconds of a step in single precision and in bf16, with the first batch of the config's only benchmark."""
    batch = next(iter(Runner.build_dataloader(cfg.train_dataloader, seed=0)))
    steps = []
    for kind in (cfg.optim_wrapper.type, BFloat16OptimWrapper):
        set_random_seed(0)
        model = init_model(cfg, device=device).train()
        steps.append((model, build_optim_wrapper(model, {**cfg.optim_wrapper, 'type': kind})))
    times = [[], []]
    # Two steps before those that count.
    for _ in range(repeats + 2):
        for (model, wrapper), of_kind in zip(steps, times):
            start = time.perf_counter()
            # Reading the loss waits for all of the step, on a GPU too.
            model.train_step(batch, wrapper)['loss'].item()
            of_kind.append(time.perf_counter() - start)
    return tuple(statistics.median(of_kind[2:]) for of_kind in times)


if __name__ == '__main__':
    run_cli(main)
