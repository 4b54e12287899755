"""MergedGroupsConstructor: parameter groups of an optimizer, as few as there are settings."""
from __future__ import annotations

from mmengine.optim import DefaultOptimWrapperConstructor
from torch import nn

from avreg.registry import OPTIM_WRAPPER_CONSTRUCTORS


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class MergedGroupsConstructor(DefaultOptimWrapperConstructor):
    """MMEngine's constructor, with one parameter group for each setting instead of one for each parameter.

    ``paramwise_cfg`` makes a group of every parameter, and optimizers loop over groups in Python: for small models on a CPU that
    takes longer than their arithmetic. What is learned is the same. A parameter that two modules share (a word embedding that is the
    output layer too) comes once, with the settings of the first: an optimizer would move it twice a step.
    """

    def add_params(self, params: list[dict], module: nn.Module, prefix: str = '', is_dcn_module: int | float | None = None) -> None:
        """Add the parameters of ``module`` to the groups ``params``, in place."""
        super().add_params(params, module, prefix, is_dcn_module)
        if prefix:
            return
        merged: dict[tuple, dict] = {}
        taken: set[int] = set()
        for group in params:
            settings = {key: value for key, value in group.items() if key != 'params'}
            of_group = merged.setdefault(tuple(sorted(settings.items())), {**settings, 'params': []})['params']
            of_group += [parameter for parameter in group['params'] if id(parameter) not in taken]
            taken.update(map(id, group['params']))
        params[:] = [group for group in merged.values() if group['params']]
