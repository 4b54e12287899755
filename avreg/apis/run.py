"""What tools/train.py and tools/test.py share: from command line arguments to a Runner."""
from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.distributed as dist
from mmengine.config import Config, ConfigDict, DictAction
from mmengine.dist import barrier, get_world_size, is_main_process
from mmengine.runner import Runner

from avreg.config import LOADERS, check_config, datasets_of, explain, load_config
from avreg.datasets import fill_cache
from avreg.engine import LAUNCHERS, check_whole, keep_big_blocks, scale_lr, start_process_group
from avreg.errors import ConfigError
from avreg.registry import TASK_UTILS

from .clip_lengths import check_clip_lengths


class _Options(DictAction):
    """MMEngine's KEY=VALUE, where an option without a value is told of."""

    def __call__(self, parser, namespace, values, option_string=None):
        if wrong := [value for value in values if '=' not in value]:
            parser.error(f'{option_string} {wrong[0]}: KEY=VALUE is needed')
        super().__call__(parser, namespace, values, option_string)


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """``--work-dir --cfg-options --launcher --local-rank``, as OpenMMLab users know them."""
    parser.add_argument('--work-dir', help='where logs, checkpoints and metrics go (default: work_dirs/<name of the config>)')
    parser.add_argument('--cfg-options', nargs='+', action=_Options, metavar='KEY=VALUE',
                        help='settings that override the config, e.g. train_cfg.max_iters=100 model.heads.ave.dropout=0.2')
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none', help='how the processes of a distributed run were started')
    parser.add_argument('--local-rank', '--local_rank', type=int, default=0, help='set by launchers; the environment variable LOCAL_RANK counts')


def config_from_args(args: argparse.Namespace) -> Config:
    """Load and check the config, apply ``--cfg-options``, ``--work-dir`` and ``--launcher``.

    Raises:
        ConfigError: a mistake in them.
    """
    cfg = load_config(args.config, args.cfg_options)
    check_config(cfg)
    if 'model' not in cfg:
        raise ConfigError(f'{args.config} has no `model`: it is no recipe that could be trained or tested')
    cfg.launcher = args.launcher
    if args.work_dir is not None:
        cfg.work_dir = args.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = str(Path('work_dirs') / Path(args.config).stem)
    if Path(cfg.work_dir).exists() and not Path(cfg.work_dir).is_dir():
        raise ConfigError(f'work_dir={cfg.work_dir!r} is a file. Give a folder, which is made if need be')
    return cfg


def prepare_data(cfg: Config, loaders: Sequence[str] = LOADERS) -> None:
    """Run the config's ``data_preparation`` (a list of generators with ``build()``) on the first process while the others wait; see that
    no clip of those dataloaders is too long for the model; with ``fill_cache``, decode their clips, each process some of them."""
    if is_main_process():
        for step in cfg.get('data_preparation', []):
            TASK_UTILS.build(step).build()
    barrier()
    check_clip_lengths(cfg, loaders)
    if cfg.get('fill_cache'):
        fill_cache(list(datasets_of(cfg, loaders)))
        barrier()


def build_runner(cfg: Config, loaders: Sequence[str] = LOADERS) -> Runner:
    """Join the process group, scale the learning rate if the config asks for it, prepare the data (of those dataloaders that will be used),
    build MMEngine's Runner.

    Raises:
        ValueError: the checkpoint to load is damaged, or the learning rate cannot be scaled.
    """
    if cfg.get('load_from') is not None:
        check_whole(cfg.load_from)
    deterministic = cfg.get('randomness', {}).get('deterministic')
    if deterministic:
        # Without it cuBLAS refuses; it is read when CUDA starts.
        os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')
    dist_cfg = cfg.get('env_cfg', ConfigDict()).get('dist_cfg', {})
    start_process_group(cfg.launcher, dist_cfg.get('backend'), dist_cfg.get('timeout'))
    if 'train_dataloader' in loaders and (factor := scale_lr(cfg, get_world_size())) != 1 and is_main_process():
        print(f'learning rate scaled by {factor:g} to {cfg.optim_wrapper.optimizer.lr:g} (auto_scale_lr)')
    prepare_data(cfg, loaders)
    runner = Runner.from_cfg(cfg)
    if deterministic:
        # The Runner has asked for deterministic algorithms alone; what has none (two of the losses of masks, on CUDA) shall warn, not stop.
        torch.use_deterministic_algorithms(True, warn_only=True)
    return runner


def run_cli(main: Callable[[], None]) -> None:
    """Run a tool; mistakes of the user, and files that cannot be read or written (ValueError, OSError), are printed without a traceback,
    exit status 2."""
    keep_big_blocks()
    try:
        main()
    except (ValueError, OSError) as error:
        print(f'\n{Path(sys.argv[0]).name}: error: {explain(error)}', file=sys.stderr)
        sys.exit(2)
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
