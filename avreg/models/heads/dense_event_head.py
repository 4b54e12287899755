"""DenseEventHead: when which events happen in an untrimmed video, from a feature pyramid."""
from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from avreg.models.layers import EventPoints, EventTargets, TemporalConv, temporal_nms, vote_segments
from avreg.models.losses import distance_iou_loss, sigmoid_focal_loss
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures, TimeGrid


@MODELS.register_module()
class DenseEventHead(BaseModule):
    """Every point of the pyramid says which classes happen there, and how far each one's onset and offset are (CCNet, Eq. 1 and 9).

    Loss: sigmoid focal loss of all valid points and classes, and 1-D distance-IoU loss of all (point, class) that answer for an event,
    both over a running average of the number of points that answer for any; that average is a buffer, so a resumed training goes on
    exactly.
    Prediction: of each level the best (point, class) above a threshold; soft-NMS within each class; the best of the video.
    The paper takes one class a point and generalised IoU; this is what its code does.

    Args:
        channels: width of the pyramid (2D of CMCC).
        num_classes: K.
        head_channels: width of the hidden layers.
        grid: ``dict(fps=, window=, stride=)`` of the features (:class:`~avreg.structures.TimeGrid`).
        ranges: of the levels (:class:`~avreg.models.layers.EventPoints`), in steps.
        prior: probability that an untrained head gives any class.
        empty_classes: classes without a training sample, which get 1e-6.
        label_smoothing: e of the targets y (1 - e) + e / (K + 1).
        span_weight: w of class + w * span. 0 or less: class / max(span, 0.01), not differentiated.
        normalizer: where the running average starts.
        momentum: of that average.
        pre_nms_score: (point, class) of less are none.
        pre_nms_limit: of (point, class) a level.
        min_length: of a segment, in steps.
        nms: 'soft', 'hard' or None.
        nms_sigma, nms_iou, min_score: see :func:`~avreg.models.layers.temporal_nms`.
        class_agnostic: classes suppress each other.
        voting: with ``class_agnostic``, overlap from which candidates move a segment (:func:`~avreg.models.layers.vote_segments`); None:
            none do.
        max_events: of a video.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: unknown ``nms``.
    """

    def __init__(self,
                 channels: int = 1024,
                 num_classes: int = 100,
                 head_channels: int = 512,
                 grid: dict[str, float] = dict(fps=16, window=16, stride=4),  # noqa: B006 (never written)
                 ranges: Sequence[tuple[float, float]] = ((0, 4), (4, 8), (8, 16), (16, 32), (32, 64), (64, 10000)),
                 prior: float = 0.01,
                 empty_classes: Sequence[int] = (),
                 label_smoothing: float = 0.0,
                 span_weight: float = 1.0,
                 normalizer: float = 250.0,
                 momentum: float = 0.9,
                 pre_nms_score: float = 0.001,
                 pre_nms_limit: int = 2000,
                 min_length: float = 0.05,
                 nms: str | None = 'soft',
                 nms_sigma: float = 0.4,
                 nms_iou: float = 0.7,
                 min_score: float = 0.001,
                 class_agnostic: bool = False,
                 voting: float | None = 0.75,
                 max_events: int = 100,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if nms not in ('soft', 'hard', None):
            raise ValueError(f"DenseEventHead(nms={nms!r}): the choices are 'soft', 'hard' and None")
        self.channels, self.num_classes, self.grid = channels, num_classes, TimeGrid(**grid)
        self.label_smoothing, self.span_weight, self.momentum = label_smoothing, span_weight, momentum
        self.pre_nms_score, self.pre_nms_limit, self.min_length = pre_nms_score, pre_nms_limit, min_length
        self.nms, self.nms_options = nms, dict(iou_threshold=nms_iou, sigma=nms_sigma, min_score=min_score)
        self.class_agnostic, self.voting, self.max_events = class_agnostic, voting, max_events
        self.points = EventPoints(ranges)
        self.classify = _Branch(channels, head_channels, num_classes)
        self.regress = _Branch(channels, head_channels, 2 * num_classes)
        self.level_scale = nn.Parameter(torch.ones(len(ranges)))
        nn.init.constant_(self.classify.out.bias, -math.log((1 - prior) / prior))
        for label in empty_classes:
            nn.init.constant_(self.classify.out.bias[label], -math.log((1 - 1e-6) / 1e-6))
        self.register_buffer('normalizer', torch.tensor(float(normalizer)))

    def forward(self, feats: AVFeatures) -> tuple[Tensor, Tensor]:
        """Logits float[B, P, K] and offsets float[B, P, K, 2], distances to onset and offset over the stride; levels in a row, P points.

        Raises:
            ValueError: another number of levels than of ranges.
        """
        feats.require('pyramid', by='DenseEventHead', width=self.channels)
        if len(feats.pyramid) != len(self.level_scale):
            raise ValueError(f'DenseEventHead has ranges for {len(self.level_scale)} levels, but the pyramid has {len(feats.pyramid)}')
        lengths = tuple(level.features.shape[1] for level in feats.pyramid)
        x = torch.cat([level.features for level in feats.pyramid], 1)
        keep = torch.cat([level.valid for level in feats.pyramid], 1).unsqueeze(-1)
        x = torch.where(keep, x, 0.0)
        scale = self.level_scale.repeat_interleave(torch.tensor(lengths, device=x.device)).unsqueeze(-1)
        offsets = (self.regress(x, keep, lengths) * scale).relu()
        return self.classify(x, keep, lengths), offsets.unflatten(-1, (self.num_classes, 2))

    # The number of events differs from batch to batch: torch.compile, whose inductor fails on such shapes on CPUs, leaves it to PyTorch.
    @torch.compiler.disable
    def targets(self, feats: AVFeatures, samples: list[AVDataSample]) -> EventTargets:
        """What the points of the batch should say."""
        spans = pad_sequence([self.grid.of_seconds(s.gt_spans).float() for s in samples], batch_first=True)
        labels = pad_sequence([s.gt_span_labels for s in samples], batch_first=True, padding_value=-1)
        return self.points.assign(*self._levels(feats), spans, labels)

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """Both losses against ``gt_spans`` float[n, 2] (seconds) and ``gt_span_labels`` int64[n]."""
        return self.loss_by_feat(*self(feats), self._valid(feats), self.targets(feats, samples))

    @torch.compiler.disable
    def loss_by_feat(self, logits: Tensor, offsets: Tensor, valid: Tensor, targets: EventTargets) -> dict[str, Tensor]:
        """The losses, which also moves the running average in training.

        Args:
            logits, offsets: as :meth:`forward` gives them.
            valid: bool[B, P].
            targets: as :meth:`targets` gives them, made for padded points too.
        """
        logits, offsets = (x.to(torch.promote_types(x.dtype, torch.float32)) for x in (logits, offsets))
        targets = targets.of(valid[targets.video, targets.point])
        pairs = targets.video, targets.point, targets.label
        if self.training:
            # Points, not pairs of point and class.
            number = torch.zeros_like(valid).index_put_(pairs[:2], valid.new_ones(())).sum().clamp(min=1)
            self.normalizer.mul_(self.momentum).add_(number, alpha=1 - self.momentum)
        smooth = self.label_smoothing
        wanted = torch.zeros_like(logits).index_put_(pairs, logits.new_ones(())) * (1 - smooth) + smooth / (self.num_classes + 1)
        loss_class = (sigmoid_focal_loss(logits, wanted) * valid.unsqueeze(-1)).sum() / self.normalizer
        # Nothing positive: zero, with a gradient path.
        loss_span = distance_iou_loss(offsets[pairs], targets.offsets).sum() / self.normalizer + 0 * offsets.sum()
        weight = self.span_weight if self.span_weight > 0 else loss_class.detach() / loss_span.detach().clamp(min=0.01)
        return {'loss_class': loss_class, 'loss_span': weight * loss_span}

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_spans`` float64[n, 2] (seconds), ``pred_span_scores`` float[n], descending, and ``pred_span_labels`` int64[n], and
        keeps CMCC's gates of the finest level, if there are any, as ``gate_audio`` and ``gate_visual`` float[T], with their
        ``gate_times`` float[T] (seconds)."""
        logits, offsets = self(feats)
        durations = torch.tensor([sample.duration for sample in samples], dtype=torch.float64, device=logits.device)
        spans, scores, labels = self.predict_by_feat(logits.float(), offsets.float(), self._points(feats), self._valid(feats),
                                                     [level.features.shape[1] for level in feats.pyramid], durations)
        for b, (sample, keep) in enumerate(zip(samples, scores > 0)):
            sample.pred_spans, sample.pred_span_scores, sample.pred_span_labels = (x[b][keep] for x in (spans, scores, labels))
            if 'gate_audio_0' in feats.maps:
                steps = int(feats.valid[b].sum())
                sample.gate_audio, sample.gate_visual = (feats.maps[f'{name}_0'][b, :steps] for name in ('gate_audio', 'gate_visual'))
                sample.gate_times = self.grid.to_seconds(torch.arange(steps, device=logits.device, dtype=torch.float32))
        return samples

    def predict_by_feat(self, logits: Tensor, offsets: Tensor, points: Tensor, valid: Tensor, lengths: Sequence[int],
                        durations: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Events of all videos, in descending order of their scores.

        Args:
            logits, offsets: as :meth:`forward` gives them.
            points: float[P, 4].
            valid: bool[B, P].
            lengths: points of each level.
            durations: float64[B], seconds.

        Returns:
            spans float64[B, n, 2] in seconds, scores float[B, n], not positive where a video has no more, labels int64[B, n].
        """
        scores = logits.sigmoid() * valid.unsqueeze(-1)
        t, stride = points[:, None, 0], points[:, None, 3]
        segments = torch.stack([t - offsets[..., 0] * stride, t + offsets[..., 1] * stride], -1)
        candidate = torch.cat([self._best(level) for level in scores.split(list(lengths), 1)], 1)
        candidate &= segments[..., 1] - segments[..., 0] > self.min_length
        scores = torch.where(candidate, scores, -1.0)
        # By class: [B, K, P].
        segments, scores = segments.transpose(1, 2), scores.transpose(1, 2)
        spans, scores, labels = self._suppress(segments, scores)
        spans = self.grid.to_seconds(spans.double())
        return torch.minimum(spans.clamp(min=0), durations[:, None, None]), scores, labels

    def _best(self, scores: Tensor) -> Tensor:
        """bool[B, T_l, K]: the best of a level that are above the threshold."""
        flat = scores.flatten(1)
        if flat.shape[1] <= self.pre_nms_limit:
            return scores > self.pre_nms_score
        best = torch.zeros_like(flat, dtype=torch.bool).scatter_(1, flat.topk(self.pre_nms_limit, 1).indices, True)
        return (best & (flat > self.pre_nms_score)).view_as(scores)

    def _suppress(self, segments: Tensor, scores: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """segments float[B, K, P, 2], scores float[B, K, P] -> the best events: segments [B, n, 2], scores [B, n], labels int64[B, n]."""
        B, _, P = scores.shape
        segments, scores = segments.flatten(1, 2), scores.flatten(1)
        if self.nms is None:
            best, index = scores.topk(min(self.max_events, scores.shape[1]), 1)
        else:
            groups = 1 if self.class_agnostic else self.num_classes
            best, group, place = temporal_nms(segments.unflatten(1, (groups, -1)), scores.unflatten(1, (groups, -1)), self.max_events,
                                              self.nms, **self.nms_options)
            index = group * (scores.shape[1] // groups) + place
        kept = segments.gather(1, index.unsqueeze(-1).expand(-1, -1, 2))
        if self.nms and self.class_agnostic and self.voting:
            kept = vote_segments(kept, segments, scores, self.voting)
        return kept, best, index // P

    def _points(self, feats: AVFeatures) -> Tensor:
        return self.points(*self._levels(feats))

    @staticmethod
    def _levels(feats: AVFeatures) -> tuple[list[int], list[int]]:
        """Lengths and strides."""
        return [level.features.shape[1] for level in feats.pyramid], [level.stride for level in feats.pyramid]

    @staticmethod
    def _valid(feats: AVFeatures) -> Tensor:
        return torch.cat([level.valid for level in feats.pyramid], 1)


class _Branch(nn.Module):
    """Two masked convolutions with norm and ReLU, then one more; shared by the levels."""

    def __init__(self, channels: int, hidden: int, out_channels: int):
        super().__init__()
        self.convs = nn.ModuleList([TemporalConv(channels, hidden), TemporalConv(hidden, hidden)])
        self.norms = nn.ModuleList([nn.LayerNorm(hidden), nn.LayerNorm(hidden)])
        self.out = TemporalConv(hidden, out_channels, bias=True)

    def forward(self, x: Tensor, keep: Tensor, lengths: tuple[int, ...]) -> Tensor:
        """float[B, P, C] -> float[B, P, C_out]; levels in a row."""
        for conv, norm in zip(self.convs, self.norms):
            x = norm(conv(x, keep, lengths)).relu()
        return self.out(x, keep, lengths)
