"""Selection: the segments of its clip that each sample reads."""
from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor


@dataclasses.dataclass(frozen=True)
class Selection:
    """k segments of the clip of each of B samples, in the order of time, and what modules found in them (TSPM, Eq. 2).

    Args:
        segments: int64[B, k], their places.
        valid: bool[B, k], False where a clip has fewer than k.
        patch_segments: int64[B, k], where the patches that go with them are taken from: ``segments`` itself but for
            TopKTPM(patch_index='first').
        audio, visual: float[B, k, D], of these segments as the selecting neck read them.
        weights: float[B, k], by which what is found in them is multiplied; mean 1. None: all alike.
        tokens: float[B, k, M, D], merged tokens of these segments (TokenMergeSPM); None where ``whole`` has them.
        spatial: float[B, k, D], what their sound finds in their picture (TokenMergeSPM).
        whole: by these names what was selected from, float[U, T, ...] with a row for each clip, for samples that share clips
            (``AVFeatures.clip``): without ``weights`` an attention over the selected segments projects each segment of a clip once,
            whatever the number of questions about it, and hides from a question those that it did not select.
    """

    segments: Tensor
    valid: Tensor
    patch_segments: Tensor
    audio: Tensor
    visual: Tensor
    weights: Tensor | None = None
    tokens: Tensor | None = None
    spatial: Tensor | None = None
    whole: dict[str, Tensor] = dataclasses.field(default_factory=dict)

    def replace(self, **changes: Any) -> Selection:
        """A copy with some fields exchanged. What ``whole`` had by their names goes, and what is given as ``whole`` is added."""
        whole = {name: stream for name, stream in self.whole.items() if name not in changes}
        return dataclasses.replace(self, **{**changes, 'whole': whole | changes.get('whole', {})})

    def spread(self, clip: Tensor) -> Selection:
        """For samples that no longer share clips, of which int64[B] ``clip`` was each sample's: without ``whole``."""
        tokens = self.tokens
        if 'tokens' in self.whole:
            tokens = take_segments(self.whole['tokens'], self.segments, clip)
        return dataclasses.replace(self, tokens=tokens, whole={})


def take_segments(x: Tensor, segments: Tensor, clip: Tensor | None = None) -> Tensor:
    """``x`` at ``segments``, in one gather.

    Args:
        x: [U, T, ...], of clips.
        segments: int64[B, k].
        clip: int64[B], which of the clips each row of ``segments`` is about; None: U = B, in this order.

    Returns:
        [B, k, ...].
    """
    U, T = x.shape[:2]
    first = torch.arange(0, U * T, T, device=x.device) if clip is None else clip * T
    rows = (first.unsqueeze(1) + segments).flatten()
    return x.flatten(0, 1).index_select(0, rows).unflatten(0, segments.shape)
