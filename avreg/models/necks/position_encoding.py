"""PositionEncoding: when a segment is, and where a patch is."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import nn

from avreg.models.layers import sinusoid
from avreg.registry import MODELS
from avreg.structures import AVFeatures


@MODELS.register_module()
class PositionEncoding(BaseModule):
    """Adds a time vector to every segment and a place vector to every patch.

    Attention sees a set; without this neck "first", "before" and "on the left" have no meaning. The pretrained encoders of the
    paper bring the place along, the order of the segments nobody does.

    Needs: audio, visual. Changes: audio, visual, and patches where there are any.

    Args:
        channels: width D, even.
        grid: (h, w) of the patch grid the place vectors are learned for; another grid is interpolated.
        norm: a LayerNorm of each stream comes first. Encoders that learn along let their features grow to many times the size of any
            position; nothing behind could then tell when or where.
        init_cfg: MMEngine initialisation.
    """

    reads_text = False

    def __init__(self, channels: int = 128, grid: tuple[int, int] = (7, 7), norm: bool = False, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels, scale = channels, 0.5 if norm else 0.15
        self.place = nn.Parameter(torch.randn(1, channels, *grid) * scale)
        self.time_scale = nn.Parameter(torch.full((channels, ), scale))
        self.norms = nn.ModuleDict({name: nn.LayerNorm(channels) if norm else nn.Identity() for name in ('audio', 'visual', 'patches')})

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """float[B, T, D] and float[B, T, M, D] with positions added."""
        feats.require('audio', 'visual', by='PositionEncoding', width=self.channels)
        time = self.time_scale * sinusoid(feats.audio.shape[1], feats.audio.shape[2], feats.audio.device)
        changes = dict(audio=self.norms['audio'](feats.audio) + time, visual=self.norms['visual'](feats.visual) + time)
        if feats.patches is not None:
            feats.require('patches', 'grid', by='PositionEncoding', width=self.channels)
            place = self.place
            if tuple(place.shape[-2:]) != tuple(feats.grid):
                place = nn.functional.interpolate(place, feats.grid, mode='bilinear', align_corners=False)
            changes['patches'] = self.norms['patches'](feats.patches) + time.unsqueeze(1) + place.flatten(2).transpose(1, 2)
        return feats.replace(**changes)
