"""QuestionAnsweringHead: one answer out of K (MUSIC-AVQA)."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from avreg.models.layers import ClipGroups, TokenPlaces, WordAnswers, WordMatching
from avreg.registry import MODELS
from avreg.structures import AVFeatures

from .answering_head import AnsweringHead


@MODELS.register_module()
class QuestionAnsweringHead(AnsweringHead):
    """Pools the streams of Z by the question, multiplies the two, classifies (AV-Unified's decoder for AVQA).

    The sentence and each word of the question are queries of an attention over each stream of Z: over all of Z at once, ten
    seconds of sound are lost among the patches, and a word could not tell whether it was heard or seen. What a word finds in a
    stream, and a summary of the clip (mean and maximum of each stream over time, mean of the patches: what is there at all, and how much
    of it), meet the word in an element-wise product; self-attention then exchanges between the words what they found. The sentence's position
    holds the pooled vector, which is multiplied with the question and classified. How much each stream counts, among what the words
    find and in the summary, is the sentence's to say: what is heard is not asked of the patches.

    With ``answers`` the class vector of an answer is the text encoder's embedding of its words: what "violin" looks and sounds
    like is then learned from questions that have it as the answer and from questions that name it.

    Behind the necks a patch holds its surroundings and the sound, as all benchmarks need it; what it looks like by itself is lost.
    So ``encoded_patches``, as the encoder gave them, can be a stream of its own, and how well each word matches them
    (:class:`avreg.models.layers.WordMatching`) is added to the word. When and where a token is (:class:`avreg.models.layers.TokenPlaces`)
    is told to it here once more: next to what encoders that learn along make of a patch, PositionEncoding's vector is small, and
    ``encoded_patches`` have none.

    Args:
        channels: width D, a multiple of 4.
        num_classes: K answers.
        answers: benchmark whose labels are the answers; None gives every answer a vector of its own.
        num_layers: layers of self-attention.
        num_heads: attention heads.
        streams: what to read, of 'audio', 'visual', 'spatial_audio' and 'patches' (Z) and 'encoded_patches'; without CrossModalSPM
            there is no spatial audio.
        dropout: in the layers and before the classifier.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: the benchmark has another number of labels.
    """

    shares_clips = True

    def __init__(self,
                 channels: int = 128,
                 num_classes: int = 42,
                 answers: str | None = None,
                 num_layers: int = 2,
                 num_heads: int = 4,
                 streams: tuple[str, ...] = ('audio', 'visual', 'spatial_audio', 'patches'),
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels, self.streams = channels, tuple(streams)
        # Those with one vector a segment.
        self.timelines = [name for name in self.streams if not name.endswith('patches')]
        parts = 2 * len(self.streams) - ('patches' in self.streams)
        self.norm_memory = nn.LayerNorm(channels)
        self.places = TokenPlaces(channels)
        self.attention = nn.ModuleDict({name: nn.MultiheadAttention(channels, num_heads, batch_first=True) for name in self.streams})
        self.norm_evidence = nn.ModuleDict({name: nn.LayerNorm(channels) for name in self.streams})
        # Each part by itself: the streams differ thirtyfold in size, and the small ones would vanish beside the large.
        self.norm_summary = nn.LayerNorm(channels)
        self.summary = nn.Sequential(nn.Linear(parts * channels, channels), nn.ReLU(), nn.Linear(channels, channels), nn.LayerNorm(channels))
        self.word_factor = nn.ModuleDict({name: nn.Linear(channels, 2 * channels) for name in self.streams})
        self.evidence_factor = nn.ModuleDict({name: nn.Linear(channels, 2 * channels) for name in self.streams})
        self.matching = nn.ModuleDict({name: WordMatching(channels, num_heads) for name in self.streams if name.startswith('encoded_')})
        self.product = nn.Sequential(nn.LayerNorm(2 * channels * len(self.streams)),
                                     nn.Linear(2 * channels * len(self.streams), channels))
        self.exchange = nn.ModuleList([
            nn.TransformerEncoderLayer(channels, num_heads, 2 * channels, dropout, batch_first=True, norm_first=True)
            for _ in range(num_layers)
        ])
        # All streams count alike at the start, and so do all parts of the summary.
        self.share, self.summary_share = nn.Linear(channels, len(self.streams)), nn.Linear(channels, parts)
        for share in (self.share, self.summary_share):
            nn.init.zeros_(share.weight)
            nn.init.zeros_(share.bias)
        # Sharper than usual from the start: an object fills a twentieth of the patches, and an even mean over all of them shows the background;
        # an even mean over the words of "is A louder than B" does not tell A from B.
        for attention in (*self.attention.values(), *(layer.self_attn for layer in self.exchange)):
            attention.in_proj_weight.data[:2 * channels] *= 2
        self.pooled = nn.LayerNorm(channels)
        self.question = nn.Linear(channels, channels)
        self.classifier = nn.Sequential(nn.Linear(channels, 2 * channels), nn.ReLU(), nn.Dropout(dropout),
                                        nn.Linear(2 * channels, channels if answers else num_classes))
        self.answers = WordAnswers(channels, answers, num_classes, 'QuestionAnsweringHead') if answers else None

    def forward(self, feats: AVFeatures) -> Tensor:
        """Logits float[B, K]."""
        feats.require(*self.streams, 'valid', 'text', 'words', 'words_valid', *(['vocabulary'] if self.answers else []),
                      by='QuestionAnsweringHead', width=self.channels)
        x = torch.cat([feats.text.unsqueeze(1), feats.words], dim=1)
        there = torch.cat([torch.ones_like(feats.words_valid[:, :1]), feats.words_valid], dim=1)
        # Short questions have as much padding as words, so words stand in a row, [W, D]: which of all positions they have, and whose.
        place = there.flatten().nonzero().squeeze(1)
        question = place // there.shape[1]
        words = x.flatten(0, 1).index_select(0, place)
        groups = ClipGroups(question if feats.clip is None else feats.clip[question], len(feats.valid))
        parts = self._clip(feats)
        summary = self.summary((parts * _shares(self.summary_share, feats.text)).flatten(1))
        of_clip = summary.index_select(0, question)
        # All words about a clip look at its tokens together. The norm undoes the prompt's weights, so tokens are the same for all.
        queries = groups.split(words)
        shares = _shares(self.share, feats.text).index_select(0, question)
        found, products, matches = [], [], []
        for name, share in zip(self.streams, shares.unbind(1)):
            tokens, padding = self.places(self.norm_memory(getattr(feats, name)), feats), ~feats.valid
            if name not in self.timelines:
                padding = padding.repeat_interleave(tokens.shape[2], dim=1)
                tokens = tokens.flatten(1, 2)
            evidence, _ = self.attention[name](queries, tokens, tokens, key_padding_mask=padding, need_weights=False)
            evidence = self.norm_evidence[name](groups.join(evidence))
            found.append(evidence * share)
            if name in self.matching:
                matches.append(groups.join(self.matching[name](queries, tokens, padding)) * share)
            products.append(self.word_factor[name](words) * self.evidence_factor[name](evidence + of_clip) * share)
        words = words + torch.stack(found).mean(0) + self.product(torch.cat(products, -1)) + sum(matches)
        x = torch.zeros_like(x).flatten(0, 1).index_copy(0, place, words).view_as(x)
        for layer in self.exchange:
            x = layer(x, src_key_padding_mask=~there)
        pooled = self.pooled(x[:, 0]) + summary
        logits = self.classifier(pooled * self.question(feats.text))
        return self.answers(logits, feats.vocabulary) if self.answers else logits

    def _clip(self, feats: AVFeatures) -> Tensor:
        """Mean and maximum of each stream over the valid segments and their patches, of the weighted patches the mean alone, each normalised: float[B, n, D]."""
        rows = AVFeatures(**{name: getattr(feats, name) for name in self.timelines}, valid=feats.valid, clip=feats.clip,
                          weights={name: weight for name, weight in feats.weights.items() if name in self.timelines}).spread()
        streams = torch.cat([getattr(rows, name) for name in self.timelines], -1)
        valid = rows.valid.unsqueeze(-1)
        parts = [(streams * valid).sum(1) / valid.sum(1), streams.masked_fill(~valid, torch.finfo(streams.dtype).min).amax(1)]
        if 'encoded_patches' in self.streams:
            patches, there = feats.encoded_patches, feats.valid[:, :, None, None]
            mean = (patches * there).sum((1, 2)) / (feats.valid.sum(1, keepdim=True) * patches.shape[2])
            maximum = patches.masked_fill(~there, torch.finfo(patches.dtype).min).amax((1, 2))
            encoded = torch.cat([mean, maximum], -1)
            parts.append(encoded if feats.clip is None else encoded[feats.clip])
        if 'patches' in self.streams:
            weights = feats.weights.get('patches')
            if weights is None:
                weights = feats.patches.new_ones(valid.shape[0], *feats.patches.shape[1:3])
            weights = (weights * valid).flatten(1) / (valid.sum(1) * weights.shape[2])
            groups = ClipGroups(feats.clip, len(feats.valid))
            parts.append(groups.join(groups.split(weights) @ feats.patches.flatten(1, 2)))
        return self.norm_summary(torch.cat(parts, -1).unflatten(-1, (-1, self.channels)))


def _shares(share: nn.Linear, text: Tensor) -> Tensor:
    """What each sentence makes of n things, one on average: float[B, n, 1] of text float[B, D]."""
    return (share(text).softmax(-1) * share.out_features).unsqueeze(-1)
