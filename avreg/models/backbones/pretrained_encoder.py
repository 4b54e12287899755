"""PretrainedEncoder: what the official encoders share."""
from __future__ import annotations

from collections.abc import Callable

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn


class PretrainedEncoder(BaseModule):
    """A pretrained network, frozen or not, that encodes a bounded number of inputs at a time; new layers may stand around it.

    Args:
        network: the pretrained part.
        frozen: the network stays in evaluation mode, also in training, and gets no gradient. Layers around it learn all the same.
        chunk: inputs (frames, seconds, sentences) encoded at a time. It bounds the memory of a frozen network, and changes no result.

    Raises:
        ValueError: ``chunk`` is not positive.
    """

    def __init__(self, network: nn.Module, frozen: bool, chunk: int):
        super().__init__()
        if chunk < 1:
            raise ValueError(f'{type(self).__name__}(chunk={chunk}): at least one input is encoded at a time')
        self.network, self.frozen, self.chunk = network, frozen, chunk
        if frozen:
            network.requires_grad_(False)
            network.eval()

    def train(self, mode: bool = True) -> PretrainedEncoder:
        """Training mode; the network only unless frozen."""
        super().train(mode)
        if self.frozen:
            self.network.eval()
        return self

    def network_grad(self) -> torch.set_grad_enabled:
        """The context in which the network runs."""
        return torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen)

    def in_chunks(self, encode: Callable[[Tensor], tuple[Tensor, ...]], inputs: Tensor) -> list[Tensor]:
        """What ``encode`` gives for ``inputs``, which are split along their first dimension."""
        return [torch.cat(parts) for parts in zip(*map(encode, inputs.split(self.chunk)))]
