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
    Z; the sentence's position is the pooled vector.

    Args:
        channels: width D.
        num_classes: K answers.
        num_layers: decoder layers.
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
        self.norm = nn.LayerNorm(channels)
        self.layers = nn.ModuleList([
            nn.TransformerDecoderLayer(channels, num_heads, 2 * channels, dropout, batch_first=True, norm_first=True)
            for _ in range(num_layers)
        ])
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
        return self.classifier(self.pooled(x[:, 0]) * self.question(feats.text))

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """Cross-entropy against ``gt_answer`` int64[]."""
        return {'loss_answer': cross_entropy(self(feats), torch.stack([s.gt_answer for s in samples]))}

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_scores`` float[K] and ``pred_answer`` int64[]."""
        for sample, score in zip(samples, self(feats).softmax(-1)):
            sample.pred_scores, sample.pred_answer = score, score.argmax()
        return samples
