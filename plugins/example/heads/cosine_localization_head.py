"""CosineLocalizationHead: the event of each second, by the angle to learned prototypes."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


@MODELS.register_module()
class CosineLocalizationHead(BaseModule):
    """A class, or background, for every segment: that of the prototype with the smallest angle to it.

    A head is ``loss(feats, samples) -> dict`` and ``predict(feats, samples) -> samples``; it needs no base class of
    avreg.

    Args:
        channels: width D.
        num_classes: K, with background as the last class (AVE: 29).
        scale: logits are this times the cosine; the larger, the sharper.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, channels: int, num_classes: int = 29, scale: float = 16.0, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels, self.scale = channels, scale
        self.fuse = nn.Linear(2 * channels, channels)
        self.prototypes = nn.Parameter(torch.randn(num_classes, channels))

    def forward(self, feats: AVFeatures) -> Tensor:
        """Reads ``audio`` and ``visual`` float[B, T, D]. Gives logits float[B, T, K]."""
        feats.require('audio', 'visual', 'valid', by=type(self).__name__, width=self.channels)
        segments = self.fuse(torch.cat([feats.audio, feats.visual], -1))
        return self.scale * normalize(segments, dim=-1) @ normalize(self.prototypes, dim=-1).T

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """Cross-entropy of every valid segment against ``gt_segments`` int64[T]."""
        target = torch.cat([sample.gt_segments for sample in samples])
        return {'loss_segment': cross_entropy(self(feats)[feats.valid], target)}

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_scores`` float[T, K] and ``pred_segments`` int64[T]."""
        for sample, scores, valid in zip(samples, self(feats).softmax(-1), feats.valid):
            sample.pred_scores = scores[valid]
            sample.pred_segments = sample.pred_scores.argmax(-1)
        return samples
