"""FrameTokens: from a feature map to patch tokens and one vector a frame."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn


class FrameTokens(BaseModule):
    """Every position of a feature map becomes a patch token; learned queries pool them into the frame vector.

    Args:
        in_channels: C of the feature map.
        channels: width D of the tokens.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, in_channels: int, channels: int, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.project = nn.Linear(in_channels, channels)
        self.cls_score = nn.Linear(channels, 4)
        self.cls_project = nn.Linear(6 * channels, channels)

    def forward(self, x: Tensor) -> dict:
        """x: float[B, T, C, h, w]. Gives ``patches`` float[B, T, M, D], M = h * w, ``grid`` (h, w) and ``visual`` float[B, T, D]."""
        patches = self.project(x.flatten(3).transpose(2, 3))
        # Four learned attention poolings, the mean and the maximum stand for the [CLS] token: a frame holds several objects.
        weights = self.cls_score(patches).softmax(dim=2).transpose(2, 3)
        pooled = torch.cat([(weights @ patches).flatten(2), patches.mean(2), patches.amax(2)], dim=-1)
        return {'visual': self.cls_project(pooled), 'patches': patches, 'grid': tuple(x.shape[-2:])}
