"""EventLocalizationHead: which event is audible and visible in each second (AVE)."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, nll_loss

from avreg.models.layers import SegmentFusion
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


@MODELS.register_module()
class EventLocalizationHead(BaseModule):
    """A class, or background, for every segment (AV-Unified's decoder for AVE).

    Args:
        channels: width D.
        num_classes: K, with background as the last class (AVE: 29).
        supervision: 'fully' (cross-entropy of every segment) or 'weakly' (video-level label only: the class probabilities are
            averaged over the segments, multiple-instance learning, and enter one cross-entropy a clip).
        streams: AVFeatures fields that a segment's vector is made of.
        unimodal_streams: groups of fields, e.g. ``(('encoded_audio', ), ('encoded_visual', ))``, each of which also classifies
            every segment by itself while training, with a loss of its own. A model that can tell the events by the sense that
            learns faster stops teaching the other one.
        unimodal_weight: of each such loss.
        dropout: before the classifier.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: an unknown ``supervision``.
    """

    classifies_labels = True

    def __init__(self,
                 channels: int = 128,
                 num_classes: int = 29,
                 supervision: str = 'fully',
                 streams: tuple[str, ...] = ('audio', 'visual', 'spatial_audio', 'patches'),
                 unimodal_streams: tuple[tuple[str, ...], ...] = (),
                 unimodal_weight: float = 1.0,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if supervision not in ('fully', 'weakly'):
            raise ValueError(f"EventLocalizationHead(supervision={supervision!r}): the choices are 'fully' and 'weakly'")
        self.supervision, self.unimodal_weight = supervision, unimodal_weight
        self.fuse = SegmentFusion(channels, streams, type(self).__name__, dropout)
        self.num_classes = num_classes
        self.classifier = nn.Linear(channels, num_classes)
        self.unimodal = nn.ModuleList([
            nn.Sequential(SegmentFusion(channels, group, type(self).__name__, dropout), nn.Linear(channels, num_classes))
            for group in unimodal_streams])

    def forward(self, feats: AVFeatures) -> Tensor:
        """Logits float[B, T, K]."""
        return self.classifier(self.fuse(feats))

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """Cross-entropy against ``gt_segments`` int64[T] (fully) or ``gt_label`` int64[] (weakly)."""
        name = 'loss_segment' if self.supervision == 'fully' else 'loss_video'
        losses = {name: self._loss(self(feats), feats, samples)}
        if self.unimodal:
            losses['loss_unimodal'] = self.unimodal_weight * sum(self._loss(one(feats), feats, samples) for one in self.unimodal)
        return losses

    def _loss(self, logits: Tensor, feats: AVFeatures, samples: list[AVDataSample]) -> Tensor:
        if self.supervision == 'fully':
            return cross_entropy(logits[feats.valid], torch.cat([s.gt_segments for s in samples]))
        target = torch.stack([s.gt_label for s in samples])
        weights = feats.valid / feats.valid.sum(1, keepdim=True)
        video = (logits.softmax(-1) * weights.unsqueeze(-1)).sum(1)
        return nll_loss(video.clamp(min=1e-7).log(), target)

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_scores`` float[T, K] and ``pred_segments`` int64[T] (ties: the lowest class)."""
        scores = self(feats).softmax(-1)
        for sample, score, valid in zip(samples, scores, feats.valid):
            sample.pred_scores = score[valid]
            sample.pred_segments = sample.pred_scores.argmax(-1)
        return samples
