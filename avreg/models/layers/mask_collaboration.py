"""MaskCollaboration: what the predicted mask leaves of the frame, for the sentence about it."""
from __future__ import annotations

import math

from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import interpolate

from avreg.registry import MODELS

from .grid_sinusoid import grid_sinusoid


class MaskCollaboration(BaseModule):
    """Mask collaboration module of SSUFormer (Fig. 7b): the frame times the sound mask, through a frozen encoder.

    The mask enters as 0 or 1, so that the encoder sees a region and no shadow, with the gradient of the probability
    (straight-through): the caption's loss reaches the mask.

    Args:
        region_encoder: config of CLIPRegionEncoder or EmbeddedRegionEncoder.
        channels: width D of the tokens.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, region_encoder: dict, channels: int = 128, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.region_encoder = MODELS.build(region_encoder)
        self.project = nn.Sequential(nn.Linear(self.region_encoder.channels, channels), nn.LayerNorm(channels))
        # CLIP's tokens know their places, those of an encoder without positions do not.
        self.place = nn.Linear(channels, channels)

    def forward(self, frames: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens float[F, M, D], of a square grid, and the encoder's embedding float[F, E] of the regions.

        Args:
            frames: float[F, 3, H, W], normalised.
            mask: float[F, h, w] in 0..1.
        """
        soft = interpolate(mask.unsqueeze(1), frames.shape[-2:], mode='bilinear', align_corners=False)
        hard = (soft > 0.5).to(soft)
        tokens, embedding = self.region_encoder.encode_regions(frames * (soft + (hard - soft).detach()))
        side = math.isqrt(tokens.shape[1])
        return self.project(tokens) + self.place(grid_sinusoid(side, side, self.place.in_features, tokens.device)), embedding
