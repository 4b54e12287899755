"""Bipartite token merging (ToMe; Bolya et al., ICLR 2023): similar tokens become one, weighted by what they already stand for."""
from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Matching(NamedTuple):
    """Which tokens of a sequence are merged into which.

    Tokens at even positions are set A, those at odd positions set B; r tokens of A each go into one of B. The output has the other
    tokens of A, then all of B, whose places are ``kept``; ``target`` is the new place of every old token.
    """

    kept: Tensor
    target: Tensor

    def merge(self, x: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
        """Means of the merged tokens, weighted by ``size``, how many tokens each of them stands for; and the sums of these.

        Args:
            x: float[N, P, C].
            size: float[N, P].

        Returns:
            float[N, P - r, C], float[N, P - r].
        """
        merged_size = size.new_zeros(self.kept.shape).scatter_add(1, self.target, size)
        place = self.target.unsqueeze(-1).expand_as(x)
        total = x.new_zeros(*self.kept.shape, x.shape[-1]).scatter_add(1, place, x * size.unsqueeze(-1))
        return total / merged_size.unsqueeze(-1), merged_size

    def follow(self, group: Tensor | None) -> Tensor:
        """Where the first tokens of all are now. ``group``: where they were before this step, int64[N, P0]; None: this is the first."""
        return self.target if group is None else self.target.gather(1, group)


def match_tokens(metric: Tensor, r: int, class_token: bool = False) -> Matching:
    """Each token of set A proposes the most similar one of set B; the r best proposals are taken.

    Args:
        metric: float[N, P, C], compared by the cosine.
        r: tokens to merge; at most half of those that are not protected are.
        class_token: the first token is protected: it goes into none, and none into it. Without one the tokens of A that stay are in
            the order of falling similarity.
    """
    N, P = metric.shape[:2]
    r = max(0, min(r, (P - class_token) // 2))
    with torch.no_grad():
        metric = metric / metric.norm(dim=-1, keepdim=True)
        similarity = metric[:, ::2] @ metric[:, 1::2].mT
        if class_token:
            similarity[:, 0] = -torch.inf
        best, partner = similarity.max(-1)
        order = best.argsort(dim=-1, descending=True)
        stays, goes = order[:, r:], order[:, :r]
        if class_token:
            stays = stays.sort(dim=-1).values
        odd = torch.arange(P // 2, device=metric.device).expand(N, -1)
        kept = torch.cat([2 * stays, 2 * odd + 1], 1)
        target = torch.empty(N, P, dtype=torch.int64, device=metric.device)
        target.scatter_(1, kept, torch.arange(kept.shape[1], device=metric.device).expand_as(kept))
        target.scatter_(1, 2 * goes, stays.shape[1] + partner.gather(1, goes))
    return Matching(kept, target)


def merge_schedule(tokens: int, steps: int, num_tokens: int, rate: int | None = None) -> list[int]:
    """How many tokens to merge in each step to come from ``tokens``, a class token among them, to ``num_tokens``.

    ``rate`` in each step until the number is reached: 577 tokens, 24 blocks and a rate of 25 give 27, 14 and 8 after 22, 23 and 24
    blocks, the numbers of TSPM's Table 4.

    Args:
        tokens: at first.
        steps: blocks of the encoder.
        num_tokens: at last.
        rate: tokens merged in a step, as far as there are so many; the smallest that gets there unless given.

    Raises:
        ValueError: it cannot be reached.
    """
    def tried(rate: int) -> tuple[list[int], int]:
        schedule, left = [], tokens
        for _ in range(steps):
            schedule.append(min(rate, left - num_tokens, (left - 1) // 2))
            left -= schedule[-1]
        return schedule, left

    if not 2 <= num_tokens <= tokens:
        raise ValueError(f'num_tokens={num_tokens}: the encoder has {tokens} tokens, from 2 to so many can be left')
    for r in [rate] if rate else range(tokens):
        schedule, left = tried(r)
        if left == num_tokens:
            return schedule
    fewest = tried(rate or tokens)[1]
    given = f' with {rate} merged in each block' if rate else ''
    raise ValueError(f'num_tokens={num_tokens}{given}: {tokens} tokens in {steps} blocks come down to {fewest} at least')


def merge_to(x: Tensor, num_tokens: int, group: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
    """Tokens that are no part of a transformer, merged by their own similarity in as few steps as can be.

    Args:
        x: float[N, P, C], without a class token.
        num_tokens: how many shall be left; as many as there are, if that is fewer.
        group: int64[N, P0], which of ``x`` each of P0 tokens was merged into before; None: ``x`` was not merged.

    Returns:
        float[N, num_tokens, C]; int64[N, P] or [N, P0], the merged token of each of the first tokens, or None if nothing was merged.
    """
    size = x.new_ones(x.shape[:2])
    if group is not None:
        # A token that no place went to counts as one.
        size = torch.zeros_like(size).scatter_add(1, group, torch.ones_like(group, dtype=size.dtype)).clamp(min=1)
    while x.shape[1] > num_tokens:
        matching = match_tokens(x, x.shape[1] - num_tokens)
        (x, size), group = matching.merge(x, size), matching.follow(group)
    return x, group
