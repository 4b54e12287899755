"""scale_lr: the learning rate that goes with the number of processes and their batches."""
from __future__ import annotations

from collections.abc import Mapping

from mmengine.config import Config

from avreg.errors import ConfigError


def scale_lr(cfg: Config, world_size: int) -> float:
    """Multiply the learning rate of a config with ``auto_scale_lr.enable``, in place, as the samples of an iteration are multiplied.

    Where the dataloader has one batch size, the factor is that of all processes together over ``auto_scale_lr.base_batch_size``. Where it
    has one for each benchmark, every iteration is a batch of one benchmark and no ratio holds for all: the rate of the config is then
    taken for that of its batch sizes on one process, and the factor is the number of processes. MMEngine knows the former alone, so the
    config that its Runner gets asks for no scaling any more. What a scheduler has in absolute numbers (``eta_min``) stays.

    Args:
        cfg: of a training.
        world_size: number of processes.

    Returns:
        The factor; 1 where the config does not ask for scaling.

    Raises:
        ConfigError: there is no ``base_batch_size`` to compare with, or no single learning rate.
    """
    settings = cfg.get('auto_scale_lr') or {}
    if not settings.get('enable'):
        return 1.0
    factor = float(world_size)
    batch_size = cfg.train_dataloader.get('batch_size', 1)
    if not isinstance(batch_size, Mapping):
        if not settings.get('base_batch_size'):
            raise ConfigError(f'auto_scale_lr needs base_batch_size, for which the learning rate of {cfg.filename} was chosen')
        factor *= batch_size / settings.base_batch_size
    optimizer = cfg.optim_wrapper.get('optimizer') or {}
    if 'lr' not in optimizer:
        raise ConfigError(f'auto_scale_lr scales optim_wrapper.optimizer.lr, and {cfg.filename} has none')
    optimizer.lr *= factor
    settings.enable = False
    return factor
