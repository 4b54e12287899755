"""QuestionAnsweringHead: one answer out of K (MUSIC-AVQA)."""
from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from avreg.models.layers import (ClipGroups, PackedWords, TokenPlaces, WordAnswers, WordLayer, WordMatching, attend, attend_timelines,
                                 exchange_words)
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
        patch_step: the patches of every n-th segment are attended to and matched; what stands where changes slower than what sounds, and the
            streams with one vector a segment are read whole. The summary holds all patches.
        dropout: in the layers and before the classifier.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: the benchmark has another number of labels, or ``patch_step`` is below 1.
    """

    shares_clips = True
    reads_weights = True

    def __init__(self,
                 channels: int = 128,
                 num_classes: int = 42,
                 answers: str | None = None,
                 num_layers: int = 2,
                 num_heads: int = 4,
                 streams: tuple[str, ...] = ('audio', 'visual', 'spatial_audio', 'patches'),
                 patch_step: int = 1,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if patch_step < 1:
            raise ValueError(f'QuestionAnsweringHead(patch_step={patch_step}): at least 1 is needed, which reads the patches of every segment')
        self.channels, self.streams, self.patch_step = channels, tuple(streams), patch_step
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
        self.word_factor = nn.Linear(channels, 2 * channels * len(self.streams))
        self.evidence_factor = nn.ModuleDict({name: nn.Linear(channels, 2 * channels) for name in self.streams})
        self.matching = nn.ModuleDict({name: WordMatching(channels, num_heads) for name in self.streams if name.startswith('encoded_')})
        self.product = nn.Sequential(nn.LayerNorm(2 * channels * len(self.streams)),
                                     nn.Linear(2 * channels * len(self.streams), channels))
        self.exchange = nn.ModuleList([WordLayer(channels, num_heads, dropout) for _ in range(num_layers)])
        # All streams count alike at the start, and so do all parts of the summary.
        self.share, self.summary_share = nn.Linear(channels, len(self.streams)), nn.Linear(channels, parts)
        for share in (self.share, self.summary_share):
            nn.init.zeros_(share.weight)
            nn.init.zeros_(share.bias)
        # Sharper than usual from the start: an object fills a twentieth of the patches, and an even mean over all of them shows the background;
        # an even mean over the words of "is A louder than B" does not tell A from B.
        for attention in self.attention.values():
            attention.in_proj_weight.data[:2 * channels] *= 2
        for layer in self.exchange:
            layer.sharpen(2)
        self.pooled = nn.LayerNorm(channels)
        self.question = nn.Linear(channels, channels)
        self.classifier = nn.Sequential(nn.Linear(channels, 2 * channels), nn.ReLU(), nn.Dropout(dropout),
                                        nn.Linear(2 * channels, channels if answers else num_classes))
        self.answers = WordAnswers(channels, answers, num_classes, 'QuestionAnsweringHead') if answers else None

    def forward(self, feats: AVFeatures) -> Tensor:
        """Logits float[B, K]."""
        feats.require(*self.streams, 'valid', 'text', 'words', 'words_valid', *(['vocabulary'] if self.answers else []),
                      by='QuestionAnsweringHead', width=self.channels)
        packing = PackedWords(torch.cat([torch.ones_like(feats.words_valid[:, :1]), feats.words_valid], dim=1))
        words = packing.pack(torch.cat([feats.text.unsqueeze(1), feats.words], dim=1))
        groups = ClipGroups(packing.sentence if feats.clip is None else feats.clip[packing.sentence], len(feats.valid))
        parts = self._clip(feats)
        summary = self.summary((parts * _shares(self.summary_share, feats.text)).flatten(1))
        shares = _shares(self.share, feats.text).index_select(0, packing.sentence)
        found, matched = self._look(feats, words, groups)
        factors = self.word_factor(words).unflatten(1, (len(self.streams), -1)) * self._factors(found + summary.index_select(0, packing.sentence))
        words = words + (found.transpose(0, 1) * shares).mean(1) + self.product((factors * shares).flatten(1))
        for name, match in matched.items():
            words = words + match * shares[:, self.streams.index(name)]
        pooled = self.pooled(exchange_words(self.exchange, words, packing)) + summary
        logits = self.classifier(pooled * self.question(feats.text))
        return self.answers(logits, feats.vocabulary) if self.answers else logits

    def _look(self, feats: AVFeatures, words: Tensor, groups: ClipGroups) -> tuple[Tensor, dict[str, Tensor]]:
        """What each word finds in each of n streams, float[n, W, D] normalised, and how well it matches those that are matched, float[W, D]."""
        # All words about a clip look at its tokens together. The norm undoes the prompt's weights, so tokens are the same for all.
        queries, padding = groups.split(words), ~feats.valid
        steps = {name: 1 if name in self.timelines else self.patch_step for name in self.streams}
        tokens = {name: self.places(self.norm_memory(getattr(feats, name)[:, ::step]), feats, step) for name, step in steps.items()}
        found, matched = {}, {}
        if self.timelines:
            attended = attend_timelines([self.attention[name] for name in self.timelines], queries,
                                        torch.stack([tokens[name] for name in self.timelines]), padding)
            found |= zip(self.timelines, attended)
        for name in self.streams:
            seen, hidden = tokens[name], padding
            if name not in self.timelines:
                hidden = padding[:, ::self.patch_step].repeat_interleave(seen.shape[2], dim=1)
                seen = seen.flatten(1, 2)
                found[name] = attend(self.attention[name], queries, seen, hidden)
            if name in self.matching:
                matched[name] = groups.join(self.matching[name](queries, seen, hidden))
        evidence = torch.stack([groups.join(found[name]) for name in self.streams])
        weight, bias = (torch.stack([getattr(self.norm_evidence[name], kind) for name in self.streams]).unsqueeze(1) for kind in ('weight', 'bias'))
        return torch.addcmul(bias, layer_norm(evidence, evidence.shape[-1:]), weight), matched

    def _factors(self, evidence: Tensor) -> Tensor:
        """``evidence_factor`` of each stream: float[n, W, D] -> float[W, n, 2D]."""
        weight, bias = (torch.stack([getattr(self.evidence_factor[name], kind) for name in self.streams]) for kind in ('weight', 'bias'))
        return torch.baddbmm(bias.unsqueeze(1), evidence, weight.mT).transpose(0, 1)

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
