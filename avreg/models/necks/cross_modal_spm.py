"""CrossModalSPM: the cross-modal guided spatial perception module of AV-Unified."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from avreg.registry import MODELS
from avreg.structures import AVFeatures


@MODELS.register_module()
class CrossModalSPM(BaseModule):
    """Audio and the patches of a frame guide each other (AV-Unified, Eq. 5-6).

    Eq. 5: self-attention among the M patches of each frame. Eq. 6: patch <- audio and audio <- patch. As printed, patch <- audio
    attends to one key, so its softmax is 1 and it adds the projected audio to every patch (``audio_gate=None``);
    ``audio_gate='sigmoid'`` scales it by sigmoid(q.k / sqrt(d)) per patch. LayerNorm stands before each attention (the paper
    names none; without it training from scratch stalls).

    Needs: audio, patches, valid. Changes: patches; adds ``spatial_audio`` and leaves audio and visual to the temporal side
    (Eq. 7 reads both). ``maps['sound']`` float[B, T, M]: where the audio looks, the sound map on ``grid``.

    Args:
        channels: width D.
        num_heads: attention heads.
        audio_gate: None (as printed) or 'sigmoid'.
        dropout: after each attention.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: an unknown ``audio_gate``, or ``channels`` is not a multiple of ``num_heads``.
    """

    reads_text = False

    def __init__(self,
                 channels: int = 128,
                 num_heads: int = 4,
                 audio_gate: str | None = None,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if audio_gate not in (None, 'sigmoid'):
            raise ValueError(f"CrossModalSPM(audio_gate={audio_gate!r}): the gates are None (as printed) and 'sigmoid'")
        if channels % num_heads:
            raise ValueError(f'CrossModalSPM: channels={channels} is not a multiple of num_heads={num_heads}')
        self.channels, self.num_heads, self.audio_gate = channels, num_heads, audio_gate
        self.norm_patches = nn.LayerNorm(channels)
        self.patch_qkv = nn.Linear(channels, 3 * channels)
        self.patch_out = nn.Linear(channels, channels)
        self.norm_audio = nn.LayerNorm(channels)
        self.norm_refined = nn.LayerNorm(channels)
        self.audio_value = nn.Linear(channels, channels)
        self.audio_query = nn.Linear(channels, channels)
        self.patch_kv = nn.Linear(channels, 2 * channels)
        self.audio_out = nn.Linear(channels, channels)
        if audio_gate:
            self.gate_query = nn.Linear(channels, channels)
            self.gate_key = nn.Linear(channels, channels)
        self.dropout = nn.Dropout(dropout)
        # The branches start at zero, as in MultiScaleTPM.
        for linear in (self.patch_out, self.audio_value, self.audio_out):
            nn.init.zeros_(linear.weight)

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """audio float[B, T, D], patches float[B, T, M, D] -> patches, spatial_audio of the same shapes."""
        feats.require('audio', 'patches', 'valid', by='CrossModalSPM', width=self.channels)
        B, T, M, D = feats.patches.shape
        h, d = self.num_heads, D // self.num_heads
        # Eq. 5, every frame a sequence of its own.
        q, k, v = self.patch_qkv(self.norm_patches(feats.patches)).view(B * T, M, 3, h, d).permute(2, 0, 3, 1, 4)
        attended = scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, T, M, D)
        refined = feats.patches + self.dropout(self.patch_out(attended))
        # Eq. 6, left: patch <- audio, a single key.
        audio = self.norm_audio(feats.audio)
        message = self.audio_value(audio).unsqueeze(2)
        normed = self.norm_refined(refined)
        if self.audio_gate:
            gate = (self.gate_query(normed) * self.gate_key(audio).unsqueeze(2)).sum(-1, keepdim=True) * D**-0.5
            message = message * gate.sigmoid()
        patches = refined + self.dropout(message)
        # Eq. 6, right: audio <- patch. One query a frame: the weights themselves are wanted, as the sound map, and the query and what it
        # found pass the matrices of key and value instead of all the patches, (W k) q = k (q W). The key's bias adds the same to all.
        key_weight, value_weight = self.patch_kv.weight.unflatten(0, (2, h, d))
        query = self.audio_query(audio).view(B * T, h, d).transpose(0, 1) @ key_weight
        seen = normed.flatten(0, 1)
        weights = (query.transpose(0, 1) @ seen.mT * d**-0.5).softmax(-1)
        found = ((weights @ seen).transpose(0, 1) @ value_weight.mT).transpose(0, 1).reshape(B, T, D) + self.patch_kv.bias[D:]
        spatial_audio = feats.audio + self.dropout(self.audio_out(found))
        keep = feats.valid.unsqueeze(-1)
        return feats.replace(
            patches=torch.where(keep.unsqueeze(-1), patches, feats.patches),
            spatial_audio=torch.where(keep, spatial_audio, feats.audio),
            maps={'sound': weights.mean(1).unflatten(0, (B, T)).detach()})
