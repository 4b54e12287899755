"""UnimodalEncoder: the embedding of both modalities, and relations over time within each (CCNet)."""
from __future__ import annotations

import math

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.models.layers import SequenceBlock, TemporalConv
from avreg.registry import MODELS
from avreg.structures import AVFeatures

from .cmcc import padded_to


@MODELS.register_module()
class UnimodalEncoder(BaseModule):
    """Two convolutions over time with norm and ReLU, position encoding, then blocks of self-attention, for each modality alone.

    Clips are padded to ``max_length`` inside, whatever the batch: the padding next to a clip's end enters its last steps, as in the
    published network, and so it is always the same. Garbage in the padding does not.

    Needs: audio, visual, valid. Changes: audio, visual.

    Args:
        channels: width D of the output.
        audio_channels, visual_channels: width of the input; D unless given.
        max_length: T, the most steps of a clip.
        depth: blocks of each modality.
        num_heads: attention heads.
        drop_path: probability of stochastic depth.
        path_scale: where the scales of the residual paths start.
        init_cfg: MMEngine initialisation.
    """

    reads_text = False

    def __init__(self,
                 channels: int = 512,
                 audio_channels: int | None = None,
                 visual_channels: int | None = None,
                 max_length: int = 256,
                 depth: int = 2,
                 num_heads: int = 4,
                 drop_path: float = 0.1,
                 path_scale: float = 1e-4,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.audio_channels, self.visual_channels, self.max_length = audio_channels or channels, visual_channels or channels, max_length
        self.audio = _Modality(self.audio_channels, channels, depth, num_heads, drop_path, path_scale)
        self.visual = _Modality(self.visual_channels, channels, depth, num_heads, drop_path, path_scale)
        self.register_buffer('position', position_table(max_length, channels), persistent=False)

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """audio float[B, t, Da], visual float[B, t, Dv] -> float[B, t, D], t <= T.

        Raises:
            ValueError: t > T.
        """
        feats.require('audio', by='UnimodalEncoder', width=self.audio_channels, key='audio_channels')
        feats.require('visual', 'valid', by='UnimodalEncoder', width=self.visual_channels, key='visual_channels')
        (audio, visual), keep, _ = padded_to(self.max_length, feats, 'UnimodalEncoder')
        steps = feats.valid.shape[1]
        return feats.replace(audio=self.audio(audio, keep, self.position)[:, :steps],
                             visual=self.visual(visual, keep, self.position)[:, :steps])


class _Modality(nn.Module):
    """Embedding and blocks of one modality."""

    def __init__(self, in_channels: int, channels: int, depth: int, num_heads: int, drop_path: float, path_scale: float):
        super().__init__()
        self.convs = nn.ModuleList([TemporalConv(in_channels, channels), TemporalConv(channels, channels)])
        self.norms = nn.ModuleList([nn.LayerNorm(channels), nn.LayerNorm(channels)])
        self.blocks = nn.ModuleList([SequenceBlock(channels, num_heads, drop_path=drop_path, init_scale=path_scale) for _ in range(depth)])

    def embed(self, x: Tensor, keep: Tensor | None, position: Tensor) -> Tensor:
        """float[B, T, C_in] -> float[B, T, D]."""
        for conv, norm in zip(self.convs, self.norms):
            # Nothing masks behind the norm: the published network sees its bias in the padding.
            x = norm(conv(x, keep)).relu()
        return x + (position if keep is None else position * keep)

    def forward(self, x: Tensor, keep: Tensor | None, position: Tensor) -> Tensor:
        """float[B, T, C_in] -> float[B, T, D]."""
        x = self.embed(x, keep, position).unsqueeze(2)
        for block in self.blocks:
            x = block(x, keep=None if keep is None else keep.unsqueeze(2))
        return x.squeeze(2)


def position_table(length: int, channels: int) -> Tensor:
    """Sine on even and cosine on odd channels of p / 10000^(2 (c // 2) / D), over sqrt(D); float[length, channels]."""
    c = torch.arange(channels, dtype=torch.float64)
    angle = torch.arange(length, dtype=torch.float64)[:, None] / 10000**(2 * (c // 2) / channels)
    return (torch.where(c % 2 == 0, angle.sin(), angle.cos()) / math.sqrt(channels)).float()
