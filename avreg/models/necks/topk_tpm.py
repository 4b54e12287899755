"""TopKTPM: the temporal perception module of TSPM, which selects the segments that matter to a prompt."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.registry import MODELS
from avreg.structures import AVFeatures, Selection, take_segments

# Fields with a row for each segment, which `cut` shortens.
_TIMED = ('audio', 'visual', 'encoded_audio', 'encoded_visual', 'spatial_audio', 'frames')
_TIMED_PATCHES = ('patches', 'encoded_patches', 'token_group')


@MODELS.register_module()
class TopKTPM(BaseModule):
    """The prompt weighs the segments, the ``top_k`` heaviest are selected, in the order of time (TSPM, Eq. 1-2).

    Eq. 1 in the published code has several heads, whose softmax weights are averaged. The weights decide the order and nothing
    else, so no gradient reaches them: by default the prompt's projection, queries and keys stay at their random start, frozen, as in
    the published model. With ``trainable_selection`` what is found in the streams and patches of a selected segment is multiplied by its
    weight, renormalised to mean 1, and the parameters learn.

    A segment that is padding is never selected before one that is not.

    Needs: audio, visual, valid; with ``top_k`` also the query. Adds: ``selection``; with ``cut`` it shortens all streams instead.
    ``maps['prompt_time']`` float[B, T] and ``maps['selected']`` int64[B, k].

    Args:
        channels: width D.
        top_k: segments to select; None takes all of them.
        num_heads: attention heads.
        query: what weighs the segments: 'prompt', 'text' (the question itself), or None: segments evenly over the clip.
        query_channels: width of the query, which is projected to D.
        patch_index: 'selected' takes the patches of the selected segments (Eq. 3); 'first' those of the first ``top_k`` segments,
            as the published code does.
        trainable_selection: let the weights learn.
        cut: give the selected segments as if the clip had no others, for heads that know of no selection. Not for heads that
            answer for every second.
        dropout: of the weights, in training: the selection jitters.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: an unknown ``query`` or ``patch_index``, ``top_k`` below 1, or nothing to learn with ``trainable_selection``.
    """

    def __init__(self,
                 channels: int = 512,
                 top_k: int | None = 10,
                 num_heads: int = 4,
                 query: str | None = 'prompt',
                 query_channels: int | None = None,
                 patch_index: str = 'selected',
                 trainable_selection: bool = False,
                 cut: bool = False,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if query not in ('prompt', 'text', None):
            raise ValueError(f"TopKTPM(query={query!r}): segments are weighed by 'prompt' or 'text', or taken evenly (None)")
        if patch_index not in ('selected', 'first'):
            raise ValueError(f"TopKTPM(patch_index={patch_index!r}): the choices are 'selected' and 'first'")
        if top_k is not None and top_k < 1:
            raise ValueError(f'TopKTPM(top_k={top_k}): at least one segment is selected; None takes all')
        if channels % num_heads:
            raise ValueError(f'TopKTPM: channels={channels} is not a multiple of num_heads={num_heads}')
        self.top_k, self.num_heads, self.patch_index, self.cut = top_k, num_heads, patch_index, cut
        self.query = query if top_k is not None else None
        self.trainable_selection = trainable_selection
        if self.query:
            self.channels, self.query_channels = channels, query_channels or channels
            self.project = nn.Linear(self.query_channels, channels)
            self.query_project, self.key_project = nn.Linear(channels, channels), nn.Linear(channels, channels)
            self.dropout = nn.Dropout(dropout)
            # As nn.MultiheadAttention starts: one matrix for queries, keys and values, no bias.
            for linear in (self.query_project, self.key_project):
                nn.init.uniform_(linear.weight, -(1.5 / channels)**0.5, (1.5 / channels)**0.5)
                nn.init.zeros_(linear.bias)
            self.requires_grad_(trainable_selection)
        elif trainable_selection:
            raise ValueError(f'TopKTPM(trainable_selection=True, top_k={top_k}, query={query!r}): no segment is weighed')
        # What is the same for all questions about a clip stays so, unless each needs other pairs of sound and picture.
        self.shares_clips = not cut and patch_index == 'selected'

    def weigh(self, feats: AVFeatures) -> Tensor:
        """Eq. 1: weights of the segments, float[B, T], 0 on padding."""
        query = self.query_project(self.project(getattr(feats, self.query)))
        key = self.key_project(feats.visual)
        valid = feats.valid
        q = query.unflatten(-1, (self.num_heads, -1)) * (query.shape[-1] / self.num_heads)**-0.5
        k = key.unflatten(-1, (self.num_heads, -1))
        if feats.clip is not None:
            k, valid = k.index_select(0, feats.clip), valid.index_select(0, feats.clip)
        logits = torch.einsum('bhd,bthd->bht', q, k)
        logits = logits.masked_fill(~valid.unsqueeze(1), torch.finfo(logits.dtype).min)
        return self.dropout(logits.softmax(-1)).mean(1) * valid

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """audio, visual float[U, T, D], valid bool[U, T], the query float[B, D]."""
        feats.require('audio', 'visual', 'valid', by='TopKTPM')
        if self.query:
            feats.require('visual', by='TopKTPM', width=self.channels)
            feats.require(self.query, by='TopKTPM', width=self.query_channels, key='query_channels')
        valid = feats.valid if feats.clip is None else feats.valid.index_select(0, feats.clip)
        B, T = valid.shape
        k = min(self.top_k or T, T)
        weights = None
        if self.query:
            with torch.set_grad_enabled(torch.is_grad_enabled() and self.trainable_selection):
                weights = self.weigh(feats)
            segments = weights.masked_fill(~valid, -1).topk(k, dim=1).indices.sort(dim=1).values
        else:
            segments = _evenly(valid.sum(1), k)
        selected_valid = valid.gather(1, segments)
        selection = Selection(
            segments=segments, valid=selected_valid,
            patch_segments=segments if self.patch_index == 'selected' else torch.arange(k, device=segments.device).expand(B, k),
            audio=take_segments(feats.audio, segments, feats.clip), visual=take_segments(feats.visual, segments, feats.clip),
            weights=_renormalised(weights.gather(1, segments), selected_valid) if self.trainable_selection else None,
            whole={} if feats.clip is None else {'audio': feats.audio, 'visual': feats.visual})
        maps = {}
        # Maps have a row for each sample.
        if feats.clip is None:
            maps = {'selected': segments} | ({} if weights is None else {'prompt_time': weights.detach()})
        return self._cut(feats, selection, maps) if self.cut else feats.replace(selection=selection, maps=maps)

    def _cut(self, feats: AVFeatures, selection: Selection, maps: dict[str, Tensor]) -> AVFeatures:
        """``feats`` with the selected segments alone, weighted where the selection learns."""
        places = {**dict.fromkeys(_TIMED, selection.segments), **dict.fromkeys(_TIMED_PATCHES, selection.patch_segments)}
        changes = {name: take_segments(getattr(feats, name), segments) for name, segments in places.items()
                   if getattr(feats, name) is not None}
        for name in ('pixels', 'fused'):
            if getattr(feats, name) is not None:
                changes[name] = [take_segments(level, selection.segments) for level in getattr(feats, name)]
        if selection.weights is not None:
            for name in changes.keys() - {'token_group', 'frames', 'pixels', 'fused'}:
                weights = selection.weights.view(*selection.weights.shape, *[1] * (changes[name].ndim - 2))
                changes[name] = changes[name] * weights
        return feats.replace(valid=selection.valid, maps=maps, **changes)


def _evenly(lengths: Tensor, k: int) -> Tensor:
    """int64[B, k]: the middles of k equal parts of clips of ``lengths`` segments; of a shorter clip the first k."""
    place = torch.arange(k, device=lengths.device)
    return torch.where(lengths.unsqueeze(1) < k, place, (2 * place + 1) * lengths.unsqueeze(1) // (2 * k))


def _renormalised(weights: Tensor, valid: Tensor) -> Tensor:
    """``weights`` float[B, k], scaled to mean 1 over the valid ones: uniform weights change nothing."""
    # All of a clip's weights may be dropped at once.
    return weights * valid.sum(1, keepdim=True) / weights.sum(1, keepdim=True).clamp(min=1e-6)
