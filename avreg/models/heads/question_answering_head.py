"""QuestionAnsweringHead: one answer out of K (MUSIC-AVQA)."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from avreg.models.layers import serialize
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


@MODELS.register_module()
class QuestionAnsweringHead(BaseModule):
    """Pools the serialized sequence by the question, multiplies the two, classifies (AV-Unified's decoder for AVQA).

    The sentence and each word of the question are queries of an attention over Z. What they find is added to them and exchanged
    between them by self-attention; the sentence's position then holds the pooled vector. A summary of the clip, mean and maximum of
    each stream over time, is added to it: what is there at all, and how much of it. Evidence and summary are normalised before
    they meet the text, which otherwise drowns them for most of a short training.

    Args:
        channels: width D.
        num_classes: K answers.
        num_layers: layers of self-attention.
        num_heads: attention heads.
        dropout: in the layers and before the classifier.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self,
                 channels: int = 128,
                 num_classes: int = 42,
                 num_layers: int = 2,
                 num_heads: int = 4,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.norm_memory = nn.LayerNorm(channels)
        self.attention = nn.MultiheadAttention(channels, num_heads, batch_first=True)
        self.norm_evidence = nn.LayerNorm(channels)
        self.exchange = nn.ModuleList([
            nn.TransformerEncoderLayer(channels, num_heads, 2 * channels, dropout, batch_first=True, norm_first=True)
            for _ in range(num_layers)
        ])
        self.summary = nn.Sequential(nn.LayerNorm(6 * channels), nn.Linear(6 * channels, channels), nn.ReLU(),
                                     nn.Linear(channels, channels), nn.LayerNorm(channels))
        self.pooled = nn.LayerNorm(channels)
        self.question = nn.Linear(channels, channels)
        self.classifier = nn.Sequential(nn.Linear(channels, 2 * channels), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * channels, num_classes))

    def forward(self, feats: AVFeatures) -> Tensor:
        """Logits float[B, K]."""
        feats.require('text', 'words', 'words_valid', by='QuestionAnsweringHead')
        memory, valid = serialize(feats)
        memory = self.norm_memory(memory)
        x = torch.cat([feats.text.unsqueeze(1), feats.words], dim=1)
        x_padding = torch.cat([torch.zeros_like(feats.words_valid[:, :1]), ~feats.words_valid], dim=1)
        evidence, _ = self.attention(x, memory, memory, key_padding_mask=~valid, need_weights=False)
        x = x + self.norm_evidence(evidence)
        for layer in self.exchange:
            x = layer(x, src_key_padding_mask=x_padding)
        pooled = self.pooled(x[:, 0]) + self.summary(self._clip(feats))
        return self.classifier(pooled * self.question(feats.text))

    @staticmethod
    def _clip(feats: AVFeatures) -> Tensor:
        """Mean and maximum over the valid segments of audio, visual and (if there is one) spatial audio, float[B, 6D]."""
        spatial = feats.audio if feats.spatial_audio is None else feats.spatial_audio
        streams = torch.cat([feats.audio, feats.visual, spatial], -1)
        valid = feats.valid.unsqueeze(-1)
        mean = (streams * valid).sum(1) / valid.sum(1)
        return torch.cat([mean, streams.masked_fill(~valid, torch.finfo(streams.dtype).min).amax(1)], -1)

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """Cross-entropy against ``gt_answer`` int64[]."""
        return {'loss_answer': cross_entropy(self(feats), torch.stack([s.gt_answer for s in samples]))}

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_scores`` float[K] and ``pred_answer`` int64[]."""
        for sample, score in zip(samples, self(feats).softmax(-1)):
            sample.pred_scores, sample.pred_answer = score, score.argmax()
        return samples
