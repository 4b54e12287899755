"""What the official encoders share: PretrainedEncoder, and the loading of weights."""
from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import Tensor, nn


def load_weights(network: nn.Module, owner: str, checkpoint: str | None, load: Callable[[str], tuple[dict[str, Tensor], list[str]]]) -> None:
    """Put the weights of ``checkpoint`` into ``network``, and tell the log what is to be known about them.

    Args:
        network: every key of it must be filled, and none be left over.
        owner: the encoder, for the log.
        checkpoint: file or folder; None keeps the random weights and says so.
        load: from the checkpoint to the state and the notes about it.
    """
    if checkpoint is None:
        print_log(f'{owner} has random weights: no checkpoint is given', 'current', logging.WARNING)
        return
    state, notes = load(checkpoint)
    network.load_state_dict(state)
    print_log('; '.join(notes), 'current')


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
