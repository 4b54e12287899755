"""StrictLoadHook: no score of a network that the checkpoint fills only in part, and no training that goes on with one."""
from __future__ import annotations

from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor

from avreg.errors import ConfigError
from avreg.registry import HOOKS

# So many keys are named; a checkpoint of another network misses hundreds.
_NAMED = 3


@HOOKS.register_module()
class StrictLoadHook(Hook):
    """Stops where MMEngine would load what fits of a checkpoint, warn, and leave the rest of the model as it started.

    Args:
        surplus: what to do about keys that the model has no place for: 'tell' (a joint checkpoint may be tested on some of its benchmarks)
            or 'stop' (a training that goes on would lose them).

    Raises:
        ValueError: another ``surplus``.
    """

    def __init__(self, surplus: str = 'tell'):
        if surplus not in ('tell', 'stop'):
            raise ValueError(f"StrictLoadHook(surplus={surplus!r}): 'tell' or 'stop'")
        self.surplus = surplus

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Compare, before the weights are taken over.

        Raises:
            ConfigError: keys of the model are missing in the checkpoint, or have another shape there; with ``surplus='stop'`` also keys that
                the model has no place for.
        """
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        ours = {key: value for key, value in model.state_dict().items() if isinstance(value, Tensor)}
        # As MMEngine takes it: a bare state dict will do, and its keys may be those of a model that was wrapped.
        theirs = {key.removeprefix('module.'): value for key, value in checkpoint.get('state_dict', checkpoint).items()}
        missing = [key for key in ours if key not in theirs]
        reshaped = [f'{key} is {tuple(theirs[key].shape)}, not {tuple(value.shape)}' for key, value in ours.items()
                    if key in theirs and theirs[key].shape != value.shape]
        problems = [f'{what} {len(found)} of {len(ours)} keys: {_first(found)}'
                    for what, found in (('it misses', missing), ('another shape have', reshaped)) if found]
        surplus = [key for key in theirs if key not in ours]
        if surplus and self.surplus == 'stop':
            problems.append(f'the model has no place for {len(surplus)} keys: {_first(surplus)}')
        if problems:
            raise ConfigError(f'checkpoint {runner._load_from} does not fit the model of {runner.cfg.filename}:\n  ' + '\n  '.join(problems)
                              + '\nTake the config that it was trained with.')
        if surplus:
            runner.logger.info(f'the model has no place for {len(surplus)} keys of {runner._load_from}, which are left out: '
                               f'{_first(surplus)}')


def _first(items: list[str]) -> str:
    """The first ones, and how many more there are."""
    return '; '.join(items[:_NAMED]) + (f'; and {len(items) - _NAMED} more' if len(items) > _NAMED else '')
