"""AnsweringHead: what heads that give one answer out of K share."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor
from torch.nn.functional import cross_entropy

from avreg.structures import AVDataSample, AVFeatures


class AnsweringHead(BaseModule):
    """Base of heads whose ``forward`` gives logits float[B, K] of AVFeatures."""

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """Cross-entropy against ``gt_answer`` int64[]."""
        return {'loss_answer': cross_entropy(self(feats), torch.stack([s.gt_answer for s in samples]))}

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_scores`` float[K] and ``pred_answer`` int64[]."""
        for sample, score in zip(samples, self(feats).softmax(-1)):
            sample.pred_scores, sample.pred_answer = score, score.argmax()
        return samples
