"""QuestionAnsweringHead: one answer out of K (MUSIC-AVQA)."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from avreg.benchmarks import get_card
from avreg.benchmarks.vocabulary import WordTokenizer
from avreg.models.layers import serialize
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


@MODELS.register_module()
class QuestionAnsweringHead(BaseModule):
    """Pools the serialized sequence by the question, multiplies the two, classifies (AV-Unified's decoder for AVQA).

    The sentence and each word of the question are queries of an attention over Z. What a word finds, and a summary of the clip
    (mean and maximum of each stream over time: what is there at all, and how much of it), meet the word in an element-wise
    product; self-attention then exchanges between the words what they found. The sentence's position holds the pooled vector,
    which is multiplied with the question and classified.

    With ``answers`` the class vector of an answer is the text encoder's embedding of its words: what "violin" looks and sounds
    like is then learned from questions that have it as the answer and from questions that name it.

    Args:
        channels: width D.
        num_classes: K answers.
        answers: benchmark whose labels are the answers; None gives every answer a vector of its own.
        num_layers: layers of self-attention.
        num_heads: attention heads.
        dropout: in the layers and before the classifier.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: the benchmark has another number of labels.
    """

    def __init__(self,
                 channels: int = 128,
                 num_classes: int = 42,
                 answers: str | None = None,
                 num_layers: int = 2,
                 num_heads: int = 4,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.norm_memory = nn.LayerNorm(channels)
        self.attention = nn.MultiheadAttention(channels, num_heads, batch_first=True)
        self.norm_evidence = nn.LayerNorm(channels)
        self.summary = nn.Sequential(nn.LayerNorm(6 * channels), nn.Linear(6 * channels, channels), nn.ReLU(),
                                     nn.Linear(channels, channels), nn.LayerNorm(channels))
        self.word_factor = nn.Linear(channels, 2 * channels)
        self.evidence_factor = nn.Linear(channels, 2 * channels)
        self.product = nn.Sequential(nn.LayerNorm(2 * channels), nn.Linear(2 * channels, channels))
        self.exchange = nn.ModuleList([
            nn.TransformerEncoderLayer(channels, num_heads, 2 * channels, dropout, batch_first=True, norm_first=True)
            for _ in range(num_layers)
        ])
        self.pooled = nn.LayerNorm(channels)
        self.question = nn.Linear(channels, channels)
        self.classifier = nn.Sequential(nn.Linear(channels, 2 * channels), nn.ReLU(), nn.Dropout(dropout),
                                        nn.Linear(2 * channels, channels if answers else num_classes))
        self.answers = answers
        if answers:
            self.register_buffer('answer_words', _answer_words(answers, num_classes), persistent=False)
            self.norm_answers = nn.LayerNorm(channels)
            # The logits of an untrained head are then of the order of one.
            self.answer_scale = nn.Parameter(torch.tensor(3.0 * channels**-0.5))
            self.answer_bias = nn.Parameter(torch.zeros(num_classes))

    def forward(self, feats: AVFeatures) -> Tensor:
        """Logits float[B, K]."""
        feats.require('text', 'words', 'words_valid', *(['vocabulary'] if self.answers else []), by='QuestionAnsweringHead')
        memory, valid = serialize(feats)
        memory = self.norm_memory(memory)
        x = torch.cat([feats.text.unsqueeze(1), feats.words], dim=1)
        x_padding = torch.cat([torch.zeros_like(feats.words_valid[:, :1]), ~feats.words_valid], dim=1)
        evidence, _ = self.attention(x, memory, memory, key_padding_mask=~valid, need_weights=False)
        evidence = self.norm_evidence(evidence)
        summary = self.summary(self._clip(feats))
        x = x + evidence + self.product(self.word_factor(x) * self.evidence_factor(evidence + summary.unsqueeze(1)))
        for layer in self.exchange:
            x = layer(x, src_key_padding_mask=x_padding)
        pooled = self.pooled(x[:, 0]) + summary
        logits = self.classifier(pooled * self.question(feats.text))
        if not self.answers:
            return logits
        known = (self.answer_words != 0).unsqueeze(-1)
        vectors = self.norm_answers((feats.vocabulary[self.answer_words] * known).sum(1) / known.sum(1))
        return logits @ vectors.T * self.answer_scale + self.answer_bias

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


def _answer_words(benchmark: str, num_classes: int) -> Tensor:
    """The words of every answer in the embedded text encoder's vocabulary, int64[K, N], 0 = padding."""
    labels, tokenizer = get_card(benchmark).labels, WordTokenizer()
    if len(labels) != num_classes:
        raise ValueError(f'QuestionAnsweringHead(answers={benchmark!r}, num_classes={num_classes}): {benchmark} has {len(labels)} labels')
    return pad_sequence([torch.tensor(tokenizer.encode(label)) for label in labels], batch_first=True)
