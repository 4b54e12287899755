"""ClipGroups: samples beside the clips that they share."""
from __future__ import annotations

import torch
from torch import Tensor


class ClipGroups:
    """Puts what belongs to samples (questions) beside what belongs to their clips, so that a clip is read once for all of them.

    A row is a clip, a column its n-th sample; rows with fewer samples than the longest end in zeros. ``join(split(x))`` is ``x``.

    Args:
        clip: int64[B], which of the clips each sample is about; None: each sample has its own.
        num_clips: U clips.
    """

    def __init__(self, clip: Tensor | None, num_clips: int):
        self.num_clips, self.size, self.places = num_clips, 1, None
        if clip is None:
            return
        counts = torch.bincount(clip, minlength=num_clips)
        self.size = int(counts.max())
        order = clip.argsort(stable=True)
        before = counts.cumsum(0) - counts
        nth = torch.empty_like(clip).index_copy_(0, order, torch.arange(len(clip), device=clip.device) - before[clip[order]])
        places = clip * self.size + nth
        # Equally many samples of each clip, clip after clip, as training draws them: nothing has to be moved.
        if not torch.equal(places, torch.arange(num_clips * self.size, device=clip.device)):
            self.places = places

    def split(self, x: Tensor) -> Tensor:
        """[B, ...] -> [U, G, ...] for G samples of a clip."""
        if self.places is not None:
            x = x.new_zeros(self.num_clips * self.size, *x.shape[1:]).index_copy(0, self.places, x)
        return x.unflatten(0, (self.num_clips, self.size))

    def join(self, x: Tensor) -> Tensor:
        """[U, G, ...] -> [B, ...]."""
        x = x.flatten(0, 1)
        return x if self.places is None else x.index_select(0, self.places)
