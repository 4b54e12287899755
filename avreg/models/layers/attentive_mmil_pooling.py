"""AttentiveMMILPooling: attentive multimodal multiple-instance pooling (HAN)."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn


class AttentiveMMILPooling(BaseModule):
    """From segment-and-modality features to probabilities of segments, of each modality and of the video (HAN, ECCV 2020).

    p = sigmoid(W_p x); time weights a_t = softmax over T of W_t x; modality weights a_m = softmax over the two of W_m x.
    A modality's probability is sum_t a_t p, the video's is the sum over time and modality of a_t a_m p.

    Args:
        channels: width D.
        num_classes: K.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, channels: int, num_classes: int, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.fc_prob = nn.Linear(channels, num_classes)
        self.fc_time = nn.Linear(channels, num_classes)
        self.fc_modality = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor, valid: Tensor, evidence: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """x float[B, T, 2, D] (audio, visual), valid bool[B, T]; ``evidence``, shaped like x, replaces it in p.

        Returns:
            frame float[B, T, 2, K], modality float[B, 2, K] and video float[B, K] probabilities.
        """
        frame = self.fc_prob(x if evidence is None else evidence).sigmoid()
        time_logits = self.fc_time(x)
        time = time_logits.masked_fill(~valid[:, :, None, None], torch.finfo(time_logits.dtype).min).softmax(1)
        weighted = time * frame
        video = (self.fc_modality(x).softmax(2) * weighted).sum((1, 2))
        return frame, weighted.sum(1), video
