"""Train a config, then test it: python tools/train.py configs/avunified/all_tasks.py"""
import argparse

import torch
from mmengine.config import Config, ConfigDict
from mmengine.optim import AmpOptimWrapper, OptimWrapper

from avreg.apis import add_common_arguments, build_runner, config_from_args, run_cli
from avreg.engine import BFloat16OptimWrapper, StrictLoadHook, find_resumable, seed_to_resume
from avreg.registry import OPTIM_WRAPPERS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    add_common_arguments(parser)
    parser.add_argument('--resume', nargs='?', const='auto', metavar='CKPT', help='go on from CKPT, or from the newest whole checkpoint of the work directory')
    parser.add_argument('--amp', action='store_true',
                        help='mixed precision: fp16 with a scaled loss on GPUs, bf16 on CPUs; bf16 on both is a matter of the config, '
                             '--cfg-options optim_wrapper.type=BFloat16OptimWrapper')
    parser.add_argument('--no-validate', action='store_true', help='no validation during training')
    parser.add_argument('--auto-scale-lr', action='store_true',
                        help='scale the learning rate: by the batch size of all processes together over auto_scale_lr.base_batch_size, or, '
                             'where each benchmark has a batch size of its own, by the number of processes')
    parser.add_argument('--seed', type=int, help='random seed (default: that of the config)')
    parser.add_argument('--deterministic', action='store_true', help='deterministic algorithms, which CUDA has for most things (a warning names the others); slower')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    cfg = config_from_args(args)
    if args.resume is not None:
        checkpoint = find_resumable(cfg.work_dir) if args.resume == 'auto' else args.resume
        if checkpoint is None:
            print(f'--resume: no checkpoint in {cfg.work_dir}; starting from the beginning')
        else:
            args.seed = seed_to_resume(checkpoint, args.seed)
            cfg.custom_hooks = [*cfg.get('custom_hooks', []), dict(type=StrictLoadHook, surplus='stop')]
        cfg.load_from, cfg.resume = checkpoint, checkpoint is not None
    apply_flags(cfg, args)
    runner = build_runner(cfg)
    runner.train()
    if cfg.get('test_dataloader') is not None:
        runner.test()


def apply_flags(cfg: Config, args: argparse.Namespace) -> None:
    """What ``--amp --no-validate --auto-scale-lr --seed --deterministic`` change in the config, which need not have the keys yet."""
    if args.amp:
        cfg.optim_wrapper = use_amp(cfg.optim_wrapper)
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
        if checkpoint := cfg.get('default_hooks', {}).get('checkpoint'):
            checkpoint.pop('save_best', None)
    if args.auto_scale_lr:
        cfg.auto_scale_lr = {**(cfg.get('auto_scale_lr') or {}), 'enable': True}
    if args.seed is not None:
        cfg.setdefault('randomness', ConfigDict()).seed = args.seed
    if args.deterministic:
        cfg.setdefault('randomness', ConfigDict()).deterministic = True


def use_amp(optim_wrapper: ConfigDict) -> ConfigDict:
    """The same optimizer wrapper with mixed precision; one that has it already stays as it is."""
    wrapper = optim_wrapper.get('type', OptimWrapper)
    if isinstance(wrapper, str):
        wrapper = OPTIM_WRAPPERS.get(wrapper)
    if issubclass(wrapper, (AmpOptimWrapper, BFloat16OptimWrapper)):
        return optim_wrapper
    if wrapper is not OptimWrapper:
        raise ValueError(f'--amp puts a wrapper with mixed precision in the place of OptimWrapper, but optim_wrapper.type is '
                         f'{wrapper.__name__}; leave --amp out, or that type')
    mixed = dict(type=AmpOptimWrapper, loss_scale='dynamic') if torch.cuda.is_available() else dict(type=BFloat16OptimWrapper)
    return ConfigDict({**optim_wrapper, **mixed})


if __name__ == '__main__':
    run_cli(main)
