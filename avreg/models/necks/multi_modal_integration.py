"""MultiModalIntegration: the multi-modality integration part of SSUFormer."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from avreg.models.layers import grid_sinusoid, sinusoid
from avreg.registry import MODELS
from avreg.structures import AVFeatures


@MODELS.register_module()
class MultiModalIntegration(BaseModule):
    """The sound and the places of each frame, drawn together in N layers (SSUFormer, Eq. 2-3).

    A layer: each modality looks at itself, the picture over the places of a frame and then over the segments at each place, with
    one triple of projections for both passes, the sound over the segments with its own; then the sound of a segment, as query,
    looks at the places of its frame, as keys and values (Eq. 2). With a_m the softmax weight of place m and v_m its value, the sum
    of a_m v_m is added to the sound, as in any attention, and its terms, times M, to the places they come from: so F_att (Eq. 3)
    stays on the grid. A feed-forward network for each modality closes the layer. LayerNorm stands before each step.

    Needs: audio, pixels, valid. Changes: audio, to width D; adds ``fused``: F_att at strides 16 and 32. ``maps['integration']``
    float[B, T, M]: where the sound looks in the last layer, places of stride 16 row by row, then those of stride 32.

    Args:
        channels: width D, a multiple of 4.
        in_channels: channels of ``AVFeatures.pixels``, finest first.
        audio_channels: width of the sound so far; D unless given.
        num_layers: N.
        num_heads: attention heads.
        dropout: after each attention and in the feed-forward networks.
        init_cfg: MMEngine initialisation.
    """

    reads_text = False

    def __init__(self,
                 channels: int = 128,
                 in_channels: tuple[int, ...] = (24, 48, 96, 128),
                 audio_channels: int | None = None,
                 num_layers: int = 3,
                 num_heads: int = 4,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.in_channels, self.audio_channels = tuple(in_channels), audio_channels or channels
        self.project = nn.ModuleList([nn.Linear(c, channels) for c in in_channels[2:]])
        self.project_audio = nn.Linear(self.audio_channels, channels)
        # Which of the two grids a place belongs to.
        self.level = nn.Parameter(torch.randn(2, channels) * 0.15)
        # A layer each: when and where stay apart in the sum.
        self.time, self.place = nn.Linear(channels, channels), nn.Linear(channels, channels)
        self.layers = nn.ModuleList([_IntegrationLayer(channels, num_heads, dropout) for _ in range(num_layers)])
        self.norm, self.norm_audio = nn.LayerNorm(channels), nn.LayerNorm(channels)

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """audio float[B, T, C_a], pixels[2:] float[B, T, C_i, h_i, w_i] -> audio float[B, T, D], fused float[B, T, D, h_i, w_i]."""
        feats.require('audio', 'valid', by='MultiModalIntegration', width=self.audio_channels, key='audio_channels')
        feats.require('pixels', by='MultiModalIntegration', width=self.in_channels, key='in_channels')
        T, D = feats.audio.shape[1], self.level.shape[1]
        time = self.time(sinusoid(T, D, feats.audio.device))
        audio = self.project_audio(feats.audio) + time
        tokens, grids = [], [x.shape[-2:] for x in feats.pixels[2:]]
        for x, project, level, (h, w) in zip(feats.pixels[2:], self.project, self.level, grids):
            tokens.append(project(x.flatten(3).transpose(2, 3)) + self.place(grid_sinusoid(h, w, D, x.device)) + level)
        places = torch.cat(tokens, 2) + time.unsqueeze(1)
        for layer in self.layers:
            audio, places, weights = layer(audio, places, feats.valid)
        keep = feats.valid[:, :, None, None]
        # Whatever the encoders gave for padding stays where it is.
        places = self.norm(places).masked_fill(~keep, 0)
        fused = [x.transpose(2, 3).unflatten(3, grid) for x, grid in zip(places.split([h * w for h, w in grids], 2), grids)]
        return feats.replace(audio=self.norm_audio(audio).masked_fill(~keep.squeeze(-1), 0), fused=fused,
                             maps={'integration': weights.detach()})


class _IntegrationLayer(nn.Module):
    """Self-attention of each modality, and the sound's look at the picture."""

    def __init__(self, channels: int, num_heads: int, dropout: float):
        super().__init__()
        self.num_heads = num_heads
        self.space_norm, self.time_norm, self.audio_norm = (nn.LayerNorm(channels) for _ in range(3))
        # W_Q, W_K, W_V of the picture, the same over space and over time; those of the sound; those of Eq. 2.
        self.visual_qkv, self.audio_qkv = nn.Linear(channels, 3 * channels), nn.Linear(channels, 3 * channels)
        self.visual_out, self.audio_out = nn.Linear(channels, channels), nn.Linear(channels, channels)
        self.query_norm, self.key_norm = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.query, self.key_value = nn.Linear(channels, channels), nn.Linear(channels, 2 * channels)
        self.cross_out = nn.Linear(channels, channels)
        self.visual_ffn, self.audio_ffn = _feed_forward(channels, dropout), _feed_forward(channels, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, audio: Tensor, places: Tensor, valid: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """audio float[B, T, D], places float[B, T, M, D], valid bool[B, T]. Gives both anew, and the weights float[B, T, M]."""
        B, T, M, D = places.shape
        # A row that sees no key at all would be NaN: padding sees padding.
        seen = (valid.unsqueeze(1) == valid.unsqueeze(2)).unsqueeze(1)
        places = places + self._attend(self.visual_qkv, self.visual_out, self.space_norm(places).flatten(0, 1)).unflatten(0, (B, T))
        over_time = self.time_norm(places).transpose(1, 2).flatten(0, 1)
        found = self._attend(self.visual_qkv, self.visual_out, over_time, seen.repeat_interleave(M, 0))
        places = places + found.unflatten(0, (B, M)).transpose(1, 2)
        audio = audio + self._attend(self.audio_qkv, self.audio_out, self.audio_norm(audio), seen)
        # Eq. 2. One query a frame: the weights themselves are wanted.
        h, d = self.num_heads, D // self.num_heads
        q = self.query(self.query_norm(audio)).view(B, T, 1, h, d).transpose(2, 3)
        k, v = self.key_value(self.key_norm(places)).view(B, T, M, 2, h, d).permute(3, 0, 1, 4, 2, 5)
        weights = (q @ k.transpose(-1, -2) * d**-0.5).softmax(-1)
        # Eq. 3: the terms of the sum, on the grid, and the sum.
        terms = (weights.transpose(-1, -2) * v).transpose(2, 3).flatten(3)
        audio = audio + self.dropout(self.cross_out(terms.sum(2)))
        places = places + self.dropout(self.cross_out(M * terms))
        return audio + self.audio_ffn(audio), places + self.visual_ffn(places), weights.squeeze(3).mean(2)

    def _attend(self, qkv: nn.Linear, out: nn.Linear, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """Self-attention along the second dimension of x float[N, L, D]; seen bool[N, 1, L, L]."""
        q, k, v = qkv(x).unflatten(-1, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        return self.dropout(out(scaled_dot_product_attention(q, k, v, seen).transpose(1, 2).flatten(2)))


def _feed_forward(channels: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, 2 * channels), nn.GELU(), nn.Dropout(dropout),
                         nn.Linear(2 * channels, channels), nn.Dropout(dropout))
