"""Train a config, then test it: python tools/train.py configs/avunified/all_tasks.py"""
import argparse

from mmengine.config import Config, ConfigDict

from avreg.apis import add_common_arguments, build_runner, config_from_args, run_cli
from avreg.engine import find_resumable


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    add_common_arguments(parser)
    parser.add_argument('--resume', nargs='?', const='auto', metavar='CKPT', help='go on from CKPT, or from the newest whole checkpoint of the work directory')
    parser.add_argument('--amp', action='store_true', help='mixed precision (fp16 on GPUs, bf16 on CPUs)')
    parser.add_argument('--no-validate', action='store_true', help='no validation during training')
    parser.add_argument('--auto-scale-lr', action='store_true', help='scale the learning rate by the actual batch size over auto_scale_lr.base_batch_size')
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
        if not cfg.get('auto_scale_lr', {}).get('base_batch_size'):
            raise ValueError(f'--auto-scale-lr needs auto_scale_lr = dict(base_batch_size=...) in {args.config}')
        cfg.auto_scale_lr.enable = True
    if args.seed is not None:
        cfg.setdefault('randomness', ConfigDict()).seed = args.seed
    if args.deterministic:
        cfg.setdefault('randomness', ConfigDict()).deterministic = True


def use_amp(optim_wrapper: ConfigDict) -> ConfigDict:
    """The same optimizer wrapper with automatic mixed precision."""
    import torch
    from mmengine.optim import AmpOptimWrapper
    loss_scale = 'dynamic' if torch.cuda.is_available() else None
    extra = dict(loss_scale=loss_scale) if loss_scale else dict(dtype='bfloat16')
    return ConfigDict({**optim_wrapper, 'type': AmpOptimWrapper, **extra})


if __name__ == '__main__':
    run_cli(main)
