"""TokenMergeSPM: the spatial perception module of TSPM, where the sound looks at merged tokens."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.models.layers import QueryAttention, merge_to
from avreg.registry import MODELS
from avreg.structures import AVFeatures, take_segments


@MODELS.register_module()
class TokenMergeSPM(BaseModule):
    """The tokens of a frame attend to each other, then its sound looks at them (TSPM, Eq. 3-5).

    Tokens come merged from CLIPVisualEncoder(num_tokens=...) or from stored features; those of an encoder that merges none are
    merged here, by their own similarity (``num_tokens``). Eq. 5 as in the published code: a post-norm self-attention layer of one
    head, then QueryAttention with the segment's audio as the only query, so one vector a segment.

    Needs: audio, patches, valid. After TopKTPM it reads the selected segments alone, or for many questions about a clip all of its
    segments once, and adds ``selection.tokens`` (or ``selection.whole['tokens']``) and ``selection.spatial``; the streams stay.
    Otherwise it changes patches (and with them ``token_group``) and adds ``spatial_audio``, for all segments. ``maps['sound']``: where
    the sound looks, float[B, k, h * w] on the grid, [B, k, M] for tokens whose places are not known; in evaluation mode.

    Args:
        channels: width D.
        patch_channels: width of the patches, which are projected to D, after the selection.
        num_tokens: tokens that are left of a frame's; None merges none.
        num_heads: attention heads of the sound's query.
        dropout: see QueryAttention, and in the self-attention layer.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: ``num_tokens`` below 1.
    """

    shares_clips = True

    def __init__(self,
                 channels: int = 512,
                 patch_channels: int | None = None,
                 num_tokens: int | None = None,
                 num_heads: int = 4,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if num_tokens is not None and num_tokens < 1:
            raise ValueError(f'TokenMergeSPM(num_tokens={num_tokens}): at least one token is left; None merges none')
        self.channels, self.patch_channels, self.num_tokens = channels, patch_channels, num_tokens
        self.project = nn.Linear(patch_channels, channels) if patch_channels else nn.Identity()
        self.tokens = nn.TransformerEncoderLayer(channels, 1, channels, dropout, batch_first=True)
        self.sound = QueryAttention(channels, num_heads, dropout)

    def perceive(self, audio: Tensor, patches: Tensor, group: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
        """audio float[B, k, D], patches float[B, k, P, C], group int64[B, k, h * w]: which of the patches each place went to, or None.

        Returns:
            tokens float[B, k, M, D] after self-attention; float[B, k, D], what the sound finds in them; its attention weights
            float[B, k, M], None in training; which token each place went to, int64[B, k, h * w], None if none was merged or nobody knows.
        """
        B, k = audio.shape[:2]
        frames, group = patches.flatten(0, 1), None if group is None else group.flatten(0, 1)
        if self.num_tokens:
            frames, group = merge_to(frames, self.num_tokens, group)
        tokens = self.tokens(self.project(frames))
        found, weights = self.sound(audio.flatten(0, 1).unsqueeze(1), tokens, need_weights=not self.training)
        return (tokens.unflatten(0, (B, k)), found.view(B, k, -1), None if weights is None else weights.view(B, k, -1),
                None if group is None else group.unflatten(0, (B, k)))

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """audio float[U, T, D], patches float[U, T, M, C]."""
        feats.require('audio', 'valid', by='TokenMergeSPM', width=self.channels)
        feats.require('patches', by='TokenMergeSPM', width=self.patch_channels or self.channels, key='patch_channels')
        chosen = feats.selection
        if chosen is None:
            tokens, found, weights, group = self.perceive(feats.audio, feats.patches, feats.token_group)
            keep = feats.valid.unsqueeze(-1)
            return feats.replace(
                patches=torch.where(keep.unsqueeze(-1), tokens, torch.zeros_like(tokens)),
                spatial_audio=torch.where(keep, found, feats.audio),
                token_group=group, maps=_sound(weights, group))
        # Questions about one clip: all of its segments are fewer than those that its questions select.
        if 'audio' in chosen.whole and feats.valid.numel() < chosen.segments.numel() and chosen.patch_segments is chosen.segments:
            whole, found, weights, group = self.perceive(chosen.whole['audio'], feats.patches, feats.token_group)
            new = {'whole': {'tokens': whole, 'spatial': found}} if chosen.weights is None else {
                'tokens': take_segments(whole, chosen.segments, feats.clip)}
            chosen = chosen.replace(spatial=take_segments(found, chosen.segments, feats.clip), **new)
        else:
            patches, group = (None if x is None else take_segments(x, chosen.patch_segments, feats.clip) for x in (feats.patches, feats.token_group))
            tokens, found, weights, group = self.perceive(chosen.audio, patches, group)
            chosen = chosen.replace(tokens=tokens, spatial=found)
        # Maps have a row for each sample.
        return feats.replace(selection=chosen, maps={} if feats.clip is not None else _sound(weights, group))


def _sound(weights: Tensor | None, group: Tensor | None) -> dict[str, Tensor]:
    """The weights of the tokens float[B, k, M], spread over the places int64[B, k, h * w] that went to them."""
    if weights is None:
        return {}
    weights = weights.detach()
    if group is None:
        return {'sound': weights}
    places = torch.zeros_like(weights).scatter_add(2, group, torch.ones_like(group, dtype=weights.dtype))
    return {'sound': (weights / places.clamp(min=1)).gather(2, group)}
