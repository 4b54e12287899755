"""QuestionGroundingHead: TSPM's question grounding, fusion and answer."""
from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from avreg.models.layers import ClipGroups, PackedWords, QueryAttention, WordAnswers, WordLayer, attend, exchange_words
from avreg.registry import MODELS
from avreg.structures import AVFeatures, Selection

from .answering_head import AnsweringHead

# What the published model fuses.
PARTS = ('grounded_audio', 'audio', 'selected_audio', 'grounded_visual', 'visual', 'selected_visual')
# What the question looks at, by part.
_GROUNDED = {'grounded_audio': 'audio', 'grounded_visual': 'visual', 'grounded_tokens': 'tokens'}
# Means and maxima of what the encoders gave, for encoders that learn together with the model.
_ENCODED = ('encoded_audio', 'encoded_visual', 'encoded_patches')


@MODELS.register_module()
class QuestionGroundingHead(AnsweringHead):
    """The question looks at the selected segments; what it finds is fused with summaries of the clip and multiplied with it (TSPM,
    Eq. 6-7 as in the published code).

    One QueryAttention for both modalities: the question over the selected audio, and over what the sound saw in the selected frames
    (``selection.spatial``; their frame vectors without TokenMergeSPM). The parts are concatenated, tanh, linear, times the
    projected question, tanh, linear.

    ``parts`` to fuse, each a vector of the clip:

    * ``grounded_audio``, ``grounded_visual``: what the question finds; ``grounded_tokens``: in the merged tokens of the selected
      segments, by an attention of its own (not in the published model),
    * ``audio``, ``visual``: means over all segments,
    * ``selected_audio``, ``selected_visual``: means over the selected ones,
    * ``encoded_audio``, ``encoded_visual``, ``encoded_patches``: means and maxima of what the encoders gave, normalised (not in the
      published model).

    With ``num_layers`` every word of the question does as the sentence does, and self-attention exchanges between them what they
    found before the sentence answers: small encoders give no sentence feature that holds a whole question.

    Without a selection before it, all segments are selected. With ``choices`` the fused vector is compared with the sentence features of
    the choices (AVQA), otherwise classified; with ``answers`` the class vector of an answer is the text encoder's embedding of its words,
    so that what "violin" looks and sounds like is also learned from questions that name it.

    Args:
        channels: width D.
        num_classes: K answers; of choices their number is what counts.
        text_channels: width of the question, its words and the choices, which are projected to D.
        parts: to fuse.
        num_heads: attention heads.
        num_layers: layers of self-attention among sentence and words; 0 as published.
        encoded_channels: width of what the encoders gave, where it is not D.
        answers: benchmark whose labels are the answers; None gives every answer a vector of its own.
        choices: answer with the place of one of the sample's choices.
        dropout: see QueryAttention, and in the layers; not of the weights of ``grounded_tokens``.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: an unknown part, or none; the benchmark has another number of labels; ``choices`` with ``answers``.
    """

    shares_clips = True

    def __init__(self,
                 channels: int = 512,
                 num_classes: int = 42,
                 text_channels: int | None = None,
                 parts: tuple[str, ...] = PARTS,
                 num_heads: int = 4,
                 num_layers: int = 0,
                 encoded_channels: int | None = None,
                 answers: str | None = None,
                 choices: bool = False,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        known = (*PARTS, 'grounded_tokens', *_ENCODED)
        if not parts or set(parts) - set(known):
            raise ValueError(f'QuestionGroundingHead(parts={tuple(parts)}): one or more of {", ".join(known)}')
        if choices and answers:
            raise ValueError(f'QuestionGroundingHead(choices=True, answers={answers!r}): choices are compared with their own words; answers has no '
                             'meaning beside them')
        self.channels, self.parts, self.choices = channels, tuple(parts), choices
        self.text_channels, self.encoded_channels = text_channels or channels, encoded_channels or channels
        self.question = nn.Linear(self.text_channels, channels)
        if {'grounded_audio', 'grounded_visual'} & set(parts):
            self.grounding = QueryAttention(channels, num_heads, dropout)
        if 'grounded_tokens' in parts:
            self.token_grounding = QueryAttention(channels, num_heads, dropout, weight_dropout=0.0)
        widths = [2 * self.encoded_channels if part in _ENCODED else channels for part in parts]
        self.norm_encoded = nn.ModuleDict({part: nn.LayerNorm(width) for part, width in zip(parts, widths) if part in _ENCODED})
        self.fusion = nn.Linear(sum(widths), channels)
        self.exchange = nn.ModuleList([WordLayer(channels, num_heads, dropout) for _ in range(num_layers)])
        if choices:
            self.choice = nn.Linear(self.text_channels, channels)
        else:
            self.classifier = nn.Linear(channels, channels if answers else num_classes)
        self.answers = WordAnswers(channels, answers, num_classes, 'QuestionGroundingHead') if answers else None

    def forward(self, feats: AVFeatures) -> Tensor:
        """Logits float[B, K], or of the choices float[B, C]."""
        owner = 'QuestionGroundingHead'
        feats.require('audio', 'visual', 'valid', by=owner)
        # Every part but those of the encoders is made of these.
        streams = [stream for stream in ('audio', 'visual') if any(part.endswith(stream) and part not in _ENCODED for part in self.parts)]
        feats.require(*streams, *(['vocabulary'] if self.answers else []), by=owner, width=self.channels)
        feats.require('text', *(['choices'] if self.choices else []), *(['words', 'words_valid'] if self.exchange else []), by=owner,
                      width=self.text_channels, key='text_channels')
        feats.require(*(part for part in self.parts if part in _ENCODED), by=owner, width=self.encoded_channels, key='encoded_channels')
        queries, packing = self._queries(feats)
        selection = feats.selection or _everything(feats)
        of_clips = _of_clips(feats, selection, queries, packing) if selection.whole and selection.weights is None else None
        x = self._fuse({name: self._part(name, feats, selection, queries, packing, of_clips) for name in self.parts}, packing) * queries
        if self.exchange:
            x = x + queries
        answer = torch.tanh(exchange_words(self.exchange, x, packing))
        if self.choices:
            return torch.einsum('bd,bcd->bc', answer, self.choice(feats.choices)) * answer.shape[-1]**-0.5
        logits = self.classifier(answer)
        return self.answers(logits, feats.vocabulary) if self.answers else logits

    def _queries(self, feats: AVFeatures) -> tuple[Tensor, PackedWords]:
        """The sentence of each question, with ``num_layers`` its words after it, float[W, D]."""
        sentence = feats.text.unsqueeze(1)
        valid = torch.ones_like(sentence[..., 0], dtype=torch.bool)
        if self.exchange:
            sentence, valid = torch.cat([sentence, feats.words], 1), torch.cat([valid, feats.words_valid], 1)
        packing = PackedWords(valid)
        return self.question(packing.pack(sentence)), packing

    def _fuse(self, parts: dict[str, Tensor], packing: PackedWords) -> Tensor:
        """``fusion`` of the hyperbolic tangents of all parts, float[W, D]; what is the same for all words of a question is multiplied once."""
        weights = dict(zip(parts, self.fusion.weight.split([part.shape[-1] for part in parts.values()], 1)))
        grounded = [name for name in parts if name in _GROUNDED]
        shared = [name for name in parts if name not in _GROUNDED]
        x = self.fusion.bias
        if shared:
            x = linear(torch.cat([parts[name] for name in shared], -1).tanh(), torch.cat([weights[name] for name in shared], 1), x)
            x = x.index_select(0, packing.sentence)
        if grounded:
            x = x + linear(torch.cat([parts[name] for name in grounded], -1).tanh(), torch.cat([weights[name] for name in grounded], 1))
        return x

    def _part(self, name: str, feats: AVFeatures, selection: Selection, queries: Tensor, packing: PackedWords,
              of_clips: _ClipQueries | None = None) -> Tensor:
        """One part of what is fused, float[B, D], or of those that are grounded, for each query, float[W, D]."""
        if name in ('audio', 'visual'):
            return _of_samples(_mean(getattr(feats, name), feats.valid), feats.clip)
        if name in _ENCODED:
            stream = getattr(feats, name)
            # Of the patches of a frame the mean and the maximum first.
            low, high = (stream, stream) if stream.ndim == 3 else (stream.mean(2), stream.amax(2))
            high = high.masked_fill(~feats.valid.unsqueeze(-1), torch.finfo(high.dtype).min).amax(1)
            return _of_samples(self.norm_encoded[name](torch.cat([_mean(low, feats.valid), high], -1)), feats.clip)
        stream = _stream(_GROUNDED.get(name, name.removeprefix('selected_')), selection)
        grounding = self.token_grounding if name == 'grounded_tokens' else self.grounding if name in _GROUNDED else None
        if grounding and of_clips and stream in selection.whole:
            keys = selection.whole[stream].flatten(1, -2)
            hidden = of_clips.hidden.repeat_interleave(keys.shape[1] // of_clips.hidden.shape[2], 2)
            return grounding.refine(of_clips.groups.join(attend(grounding.attention, of_clips.queries, keys, hidden)))
        x = getattr(selection, stream)
        if selection.weights is not None:
            x = x * selection.weights.view(*selection.weights.shape, *[1] * (x.ndim - 2))
        if not grounding:
            return _mean(x, selection.valid)
        hidden = ~selection.valid.repeat_interleave(x[0, 0].numel() // x.shape[-1], 1)
        found = attend(grounding.attention, packing.pad(queries), x.flatten(1, -2), hidden)
        return grounding.refine(packing.pack(found))


def _stream(modality: str, selection: Selection) -> str:
    """The field of ``selection`` that holds a modality.

    Raises:
        ValueError: tokens are wanted, but no neck made them.
    """
    if modality == 'tokens' and selection.tokens is None and 'tokens' not in selection.whole:
        raise ValueError("QuestionGroundingHead(parts=(..., 'grounded_tokens')) needs TokenMergeSPM among the necks")
    return 'spatial' if modality == 'visual' and selection.spatial is not None else modality


class _ClipQueries(NamedTuple):
    """All queries about a clip side by side, float[U, G, D], and which of its segments each does not see, bool[U, G, T]."""

    groups: ClipGroups
    queries: Tensor
    hidden: Tensor


def _of_clips(feats: AVFeatures, selection: Selection, queries: Tensor, packing: PackedWords) -> _ClipQueries:
    """``queries`` float[W, D] by their clips; each sees the segments that its question selects."""
    groups = ClipGroups(feats.clip.index_select(0, packing.sentence), len(feats.valid))
    hidden = torch.ones_like(feats.valid).index_select(0, feats.clip).scatter(1, selection.segments, ~selection.valid)
    # Where a clip has fewer queries than others, nothing is hidden but its padding.
    hidden = groups.split(hidden.index_select(0, packing.sentence)) | ~feats.valid.unsqueeze(1)
    return _ClipQueries(groups, groups.split(queries), hidden)


def _everything(feats: AVFeatures) -> Selection:
    """All segments, as a selection."""
    U, T = feats.valid.shape
    segments = torch.arange(T, device=feats.valid.device).expand(U if feats.clip is None else len(feats.clip), T)
    streams = {'audio': feats.audio, 'visual': feats.visual, 'spatial': feats.spatial_audio, 'tokens': feats.patches}
    streams = {name: stream for name, stream in streams.items() if stream is not None}
    whole = {} if feats.clip is None else streams
    rows = {name: _of_samples(stream, feats.clip) for name, stream in streams.items() if not (whole and name == 'tokens')}
    return Selection(segments, _of_samples(feats.valid, feats.clip), segments, whole=whole, **rows)


def _mean(x: Tensor, valid: Tensor) -> Tensor:
    """Mean over the valid segments of x float[B, T, D]."""
    weights = valid.unsqueeze(-1).to(x.dtype)
    # Not a product alone: what stands in padding may be anything.
    return x.masked_fill(~valid.unsqueeze(-1), 0).sum(1) / weights.sum(1)


def _of_samples(x: Tensor, clip: Tensor | None) -> Tensor:
    """float[B, D] of x float[U, D]."""
    return x if clip is None else x.index_select(0, clip)
