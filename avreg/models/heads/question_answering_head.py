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

    The pooling is a transformer decoder whose queries are the sentence feature and the words of the question and whose memory is
    Z. What they found is exchanged by one more layer of self-attention. The pooled vector is that of the sentence's position plus a
    summary of the clip, the mean and the maximum of each stream over time: what is there at all, and how much of it.

    Args:
        channels: width D.
        num_classes: K answers.
        num_layers: decoder layers. Reading Z is most of the cost of a step, once a layer.
        num_heads: attention heads.
        dropout: in the layers and before the classifier.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self,
                 channels: int = 128,
                 num_classes: int = 42,
                 num_layers: int = 1,
                 num_heads: int = 4,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.norm = nn.LayerNorm(channels)
        self.layers = nn.ModuleList([
            nn.TransformerDecoderLayer(channels, num_heads, 2 * channels, dropout, batch_first=True, norm_first=True)
            for _ in range(num_layers)
        ])
        self.summary = nn.Sequential(nn.Linear(6 * channels, channels), nn.ReLU(), nn.Linear(channels, channels))
        self.exchange = nn.TransformerEncoderLayer(channels, num_heads, 2 * channels, dropout, batch_first=True, norm_first=True)
        self.question = nn.Linear(channels, channels)
        self.pooled = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, channels))
        self.classifier = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Dropout(dropout), nn.Linear(channels, num_classes))

    def forward(self, feats: AVFeatures) -> Tensor:
        """Logits float[B, K]."""
        feats.require('text', 'words', 'words_valid', by='QuestionAnsweringHead')
        memory, valid = serialize(feats)
        memory = self.norm(memory)
        x = torch.cat([feats.text.unsqueeze(1), feats.words], dim=1)
        x_padding = torch.cat([torch.zeros_like(feats.words_valid[:, :1]), ~feats.words_valid], dim=1)
        for layer in self.layers:
            x = layer(x, memory, tgt_key_padding_mask=x_padding, memory_key_padding_mask=~valid)
        x = self.exchange(x, src_key_padding_mask=x_padding)
        return self.classifier(self.pooled(x[:, 0] + self.summary(self._clip(feats))) * self.question(feats.text))

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
