"""EmbeddedExpert: a fixed view on the whole clip, where no large model is."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from avreg.registry import MODELS
from avreg.structures import AVDataSample


@MODELS.register_module()
class EmbeddedExpert(BaseModule):
    """It stands where LlavaExpert stands at paper scale, with the same interface, and knows nothing: no language, no training. Its
    memory has a token for every frame of the clip, a fixed random projection of the masked frame reduced to 16 x 16 cells. All that it
    adds for the caption of a frame is that the frames before and after are there to be looked at.

    Args:
        channels: width of the tokens.
        seed: of the projection.

    Attributes:
        channels: as given.
    """

    def __init__(self, channels: int = 96, seed: int = 0):
        super().__init__()
        self.channels = channels
        g = torch.Generator().manual_seed(seed)
        self.register_buffer('projection', torch.randn(3 * 16 * 16, channels, generator=g) * (3 * 16 * 16)**-0.5, persistent=False)

    def forward(self, regions: Tensor, valid: Tensor, samples: list[AVDataSample]) -> tuple[Tensor, Tensor]:
        """Hidden states float[B, T, C], and which there are, bool[B, T].

        Args:
            regions: float[B, T, 3, H, W], masked frames.
            valid: bool[B, T], False on padding.
            samples: of the clips; not read here.
        """
        cells = adaptive_avg_pool2d(regions.detach().flatten(0, 1), 16).flatten(1)
        return (cells @ self.projection).tanh().unflatten(0, valid.shape), valid
