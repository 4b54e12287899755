"""MultiScaleTPM: the multi-scale temporal perception module of AV-Unified."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from avreg.registry import MODELS
from avreg.structures import AVFeatures

# Attention of one modality to itself and to the other, for both modalities.
ROLES = 4


@MODELS.register_module()
class MultiScaleTPM(BaseModule):
    """Windowed self- and cross-attention over time at several scales (AV-Unified, Eq. 1-4).

    Eq. 1-3: for each window size i, token t attends to the tokens t' with ``|t - t'| <= i / 2``, once within its modality and
    once across, with separate projections per scale and role; both are added to the token. An unwindowed pair comes first.
    Eq. 4: the scales are concatenated; one linear layer brings them back to D, then residual, LayerNorm and feed-forward.
    The LayerNorms stand before the attention and before the feed-forward network, inside the branches: what is added to stays
    as it came, with its scale, which holds how loud and how bright a segment is.

    All scales and roles of a pass are one batched attention call. A padded segment keeps its value and is seen by none.

    Needs: audio, visual, valid. Changes: audio, visual. ``maps['tpm']`` (B, 4, scales, T, T) with ``keep_maps``.

    Args:
        channels: width D.
        windows: window sizes in segments (2, 4, 6, ..., S).
        num_heads: attention heads of each scale.
        dropout: after the attention and in the feed-forward network.
        keep_maps: also compute the attention weights for visualization.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: ``channels`` is not a multiple of ``num_heads``.
    """

    reads_text = False

    def __init__(self,
                 channels: int = 128,
                 windows: tuple[int, ...] = (2, 4, 6),
                 num_heads: int = 4,
                 dropout: float = 0.1,
                 keep_maps: bool = False,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if channels % num_heads:
            raise ValueError(f'MultiScaleTPM: channels={channels} is not a multiple of num_heads={num_heads}')
        self.channels, self.windows, self.num_heads, self.keep_maps = channels, tuple(windows), num_heads, keep_maps
        scales = len(self.windows) + 1
        # Each modality gives queries, keys and values for two roles: within itself, and towards the other one.
        self.audio_qkv = nn.Linear(channels, 2 * 3 * scales * channels)
        self.visual_qkv = nn.Linear(channels, 2 * 3 * scales * channels)
        self.merge = nn.ModuleDict({m: nn.Linear(scales * channels, channels) for m in ('audio', 'visual')})
        self.norm1 = nn.ModuleDict({m: nn.LayerNorm(channels) for m in ('audio', 'visual')})
        self.norm2 = nn.ModuleDict({m: nn.LayerNorm(channels) for m in ('audio', 'visual')})
        self.ffn = nn.ModuleDict({
            m: nn.Sequential(nn.Linear(channels, 2 * channels), nn.ReLU(), nn.Dropout(dropout),
                             nn.Linear(2 * channels, channels))
            for m in ('audio', 'visual')
        })
        self.dropout = nn.Dropout(dropout)
        # The branches start at zero, so the module starts as the identity and the heads learn from the first iteration on.
        for m in ('audio', 'visual'):
            nn.init.zeros_(self.merge[m].weight)
            nn.init.zeros_(self.ffn[m][-1].weight)

    def attention_mask(self, valid: Tensor) -> Tensor:
        """Which token sees which, bool[B, 1, scales, 1, T, T]; the first scale is unwindowed.

        The diagonal is always on, so that no softmax is over nothing; what a padded token gathers there is thrown away.
        """
        t = torch.arange(valid.shape[1], device=valid.device)
        distance = (t[:, None] - t).abs()
        reach = torch.tensor([valid.shape[1] * 2, *self.windows], device=valid.device).view(-1, 1, 1)
        mask = (2 * distance <= reach) & valid[:, None, None, :]
        return (mask | (distance == 0))[:, None, :, None]

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """audio, visual: float[B, T, D] -> the same shapes."""
        feats.require('audio', 'visual', 'valid', by='MultiScaleTPM', width=self.channels)
        B, T, D = feats.audio.shape
        scales, heads = len(self.windows) + 1, self.num_heads
        # [B, T, (2 roles, q k v, scales, heads, d)] -> 3 x [B, 2, scales, heads, T, d] for each modality.
        audio, visual = self.norm1['audio'](feats.audio), self.norm1['visual'](feats.visual)
        qa, ka, va = self.audio_qkv(audio).view(B, T, 2, 3, scales, heads, D // heads).permute(3, 0, 2, 4, 5, 1, 6)
        qv, kv, vv = self.visual_qkv(visual).view(B, T, 2, 3, scales, heads, D // heads).permute(3, 0, 2, 4, 5, 1, 6)
        # Roles: audio<-audio, audio<-visual, visual<-visual, visual<-audio.
        query = torch.cat([qa, qv], dim=1)
        key = torch.stack([ka[:, 0], kv[:, 1], kv[:, 0], ka[:, 1]], dim=1)
        value = torch.stack([va[:, 0], vv[:, 1], vv[:, 0], va[:, 1]], dim=1)
        mask = self.attention_mask(feats.valid)
        out = scaled_dot_product_attention(query, key, value, attn_mask=mask.expand(B, ROLES, scales, heads, T, T))
        # [B, roles, scales, heads, T, d] -> sum of the two roles of a modality: [B, 2, T, scales, D]
        out = out.view(B, 2, 2, scales, heads, T, D // heads).sum(2).permute(0, 1, 4, 2, 3, 5).reshape(B, 2, T, scales, D)
        changes = {m: self._merge(m, getattr(feats, m), out[:, i], feats.valid) for i, m in enumerate(('audio', 'visual'))}
        if self.keep_maps:
            weights = (query @ key.transpose(-1, -2) * (D // heads)**-0.5).masked_fill(~mask, float('-inf')).softmax(-1)
            changes['maps'] = {'tpm': weights.mean(3).detach()}
        return feats.replace(**changes)

    def _merge(self, modality: str, x: Tensor, attended: Tensor, valid: Tensor) -> Tensor:
        """Eq. 4 for one modality; x float[B, T, D], attended float[B, T, scales, D]."""
        scales = x.unsqueeze(2) + self.dropout(attended)
        y = x + self.merge[modality](scales.flatten(2))
        y = y + self.dropout(self.ffn[modality](self.norm2[modality](y)))
        return torch.where(valid.unsqueeze(-1), y, x)
