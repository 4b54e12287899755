"""WeightAverageHook: tests score a running average of the weights."""
from __future__ import annotations

from mmengine.hooks import EMAHook
from mmengine.model import ExponentialMovingAverage
from mmengine.runner import Runner

from avreg.registry import HOOKS


@HOOKS.register_module()
class WeightAverageHook(EMAHook):
    """MMEngine's EMAHook, whose validation, and so the choice of the best checkpoint, is that of the raw weights.

    Checkpoints hold the average as ``state_dict`` and the raw weights as ``ema_state_dict`` (MMEngine's names): testing a checkpoint
    scores the average, resuming goes on with both.

    Args:
        decay: of the average, a step; 0.999 keeps about the last thousand iterations.
    """

    def __init__(self, decay: float = 0.999):
        super().__init__(ema_type=ExponentialMovingAverage, momentum=1 - decay, update_buffers=True)

    def before_val_epoch(self, runner: Runner) -> None:
        """The raw weights stay."""

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """They are still there."""
