"""BFloat16OptimWrapper: mixed precision that CPUs have too."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from mmengine.optim import OptimWrapper
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from avreg.registry import OPTIM_WRAPPERS


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """MMEngine's OptimWrapper with the forward pass under bf16 autocast, on the device that the model is on.

    Weights, gradients and the optimizer's state stay in single precision. bf16 has the range of single precision, so the loss need not be
    scaled. MMEngine's AmpOptimWrapper is for accelerators alone.

    CPUs without instructions for bf16 (avx512_bf16 or amx_bf16 in /proc/cpuinfo) imitate them; with them it depends on the model whether it is
    faster, which tools/analysis/benchmark_steps.py tells.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """The context of the forward pass."""
        device = next(model.parameters()).device.type
        # The gradient of PyTorch's fused attention for CPUs takes several times as long in bf16 as in single precision; that of plain products does not.
        attention = sdpa_kernel(SDPBackend.MATH) if device == 'cpu' else nullcontext()
        with super().optim_context(model), torch.autocast(device, torch.bfloat16), attention:
            yield
