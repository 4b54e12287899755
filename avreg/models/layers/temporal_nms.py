"""temporal_nms: non-maximum suppression of segments, soft or hard, for all classes and videos at once."""
from __future__ import annotations

import torch
from torch import Tensor

# Added to each length in the overlap, as the published arithmetic has it.
_EPS = 1e-6


def temporal_nms(segments: Tensor, scores: Tensor, limit: int, method: str = 'soft', iou_threshold: float = 0.7, sigma: float = 0.4,
                 min_score: float = 0.001) -> tuple[Tensor, Tensor, Tensor]:
    """The best segments of each video, in descending order, each suppressing what overlaps it in its group.

    Scores only fall, so the next best of the video is the best of some group's: one group is worked on for each segment that is given
    out, instead of all of them until none is left.

    Args:
        segments: float[B, G, N, 2], starts and ends of N candidates in each of G groups (classes); a class-agnostic run has one.
        scores: float[B, G, N]; candidates that are none have -1.
        limit: of segments a video.
        method: 'soft' (Gaussian decay exp(-IoU^2 / sigma)) or 'hard' (IoU of ``iou_threshold`` or more removes).
        iou_threshold: of the hard method.
        sigma: of the soft method.
        min_score: with 'soft', what a decay leaves below is dropped; with 'hard', candidates of that score or less are none.

    Returns:
        scores float[B, n] with n <= limit, -1 where a video has no more; group int64[B, n]; candidate int64[B, n], its place in the group.

    Raises:
        ValueError: unknown method.
    """
    if method not in ('soft', 'hard'):
        raise ValueError(f"temporal_nms(method={method!r}): the methods are 'soft' and 'hard'")
    left = scores.clone() if method == 'soft' else torch.where(scores > min_score, scores, -1.0)
    start, end = (edge.contiguous() for edge in segments.unbind(-1))
    videos = torch.arange(len(scores), device=scores.device)
    top = left.amax(-1)
    out_scores, out_groups, out_places = [], [], []
    for _ in range(min(limit, scores[0].numel())):
        best, group = top.max(1)
        if not (best > 0).any():
            break
        row, s, e = left[videos, group], start[videos, group], end[videos, group]
        place = row.argmax(1, keepdim=True)
        own_start, own_end = s.gather(1, place), e.gather(1, place)
        both = (torch.minimum(e, own_end) - torch.maximum(s, own_start)).clamp_(min=0)
        iou = both / ((e - s + _EPS) + (own_end - own_start + _EPS) - both)
        if method == 'soft':
            row = row * torch.exp(-iou.square() / sigma)
            row[row < min_score] = -1
        else:
            row[iou >= iou_threshold] = -1
        row.scatter_(1, place, -1.0)
        left[videos, group], top[videos, group] = row, row.amax(1)
        out_scores.append(best)
        out_groups.append(group)
        out_places.append(place.squeeze(1))
    if not out_scores:
        return scores.new_empty(len(scores), 0), *[videos.new_empty(len(scores), 0)] * 2
    return torch.stack(out_scores, 1), torch.stack(out_groups, 1), torch.stack(out_places, 1)


def vote_segments(kept: Tensor, segments: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """Each of ``kept`` becomes the mean of the candidates that overlap it with IoU >= ``threshold``, weighted by their scores.

    Args:
        kept: float[B, n, 2].
        segments: float[B, N, 2], all candidates.
        scores: float[B, N] before suppression; -1 for candidates that are none.
        threshold: of the overlap.
    """
    start, end = segments[:, None].unbind(-1)
    own_start, own_end = kept[:, :, None].unbind(-1)
    both = (torch.minimum(end, own_end) - torch.maximum(start, own_start)).clamp(min=0)
    iou = both / ((end - start) + (own_end - own_start) - both)
    weight = (iou >= threshold) * scores.clamp(min=0)[:, None]
    return (weight / weight.sum(-1, keepdim=True)) @ segments
