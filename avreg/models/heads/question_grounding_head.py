"""QuestionGroundingHead: TSPM's question grounding, fusion and answer."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from avreg.models.layers import QueryAttention, WordAnswers
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
        dropout: see QueryAttention, and in the layers.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: an unknown part, or none; the benchmark has another number of labels.
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
        self.channels, self.parts, self.choices = channels, tuple(parts), choices
        self.text_channels, self.encoded_channels = text_channels or channels, encoded_channels or channels
        self.question = nn.Linear(self.text_channels, channels)
        if {'grounded_audio', 'grounded_visual'} & set(parts):
            self.grounding = QueryAttention(channels, num_heads, dropout)
        if 'grounded_tokens' in parts:
            self.token_grounding = QueryAttention(channels, num_heads, dropout)
        widths = [2 * self.encoded_channels if part in _ENCODED else channels for part in parts]
        self.norm_encoded = nn.ModuleDict({part: nn.LayerNorm(width) for part, width in zip(parts, widths) if part in _ENCODED})
        self.fusion = nn.Linear(sum(widths), channels)
        self.exchange = nn.ModuleList([
            nn.TransformerEncoderLayer(channels, num_heads, 2 * channels, dropout, batch_first=True, norm_first=True)
            for _ in range(num_layers)
        ])
        if choices:
            self.choice = nn.Linear(self.text_channels, channels)
        else:
            self.classifier = nn.Linear(channels, channels if answers else num_classes)
        self.answers = WordAnswers(channels, answers, num_classes, 'QuestionGroundingHead') if answers else None

    def forward(self, feats: AVFeatures) -> Tensor:
        """Logits float[B, K], or of the choices float[B, C]."""
        owner = 'QuestionGroundingHead'
        feats.require('audio', 'visual', 'valid', by=owner)
        feats.require(*(part for part in self.parts if part in ('audio', 'visual')), *(['vocabulary'] if self.answers else []), by=owner,
                      width=self.channels)
        feats.require('text', *(['choices'] if self.choices else []), *(['words', 'words_valid'] if self.exchange else []), by=owner,
                      width=self.text_channels, key='text_channels')
        feats.require(*(part for part in self.parts if part in _ENCODED), by=owner, width=self.encoded_channels, key='encoded_channels')
        queries = feats.text.unsqueeze(1)
        if self.exchange:
            queries = torch.cat([queries, feats.words], 1)
        queries = self.question(queries)
        selection = feats.selection or _everything(feats)
        fused = torch.cat([self._part(name, feats, selection, queries).expand(*queries.shape[:2], -1) for name in self.parts], -1)
        x = self.fusion(torch.tanh(fused)) * queries
        if self.exchange:
            padding = torch.cat([torch.zeros_like(feats.words_valid[:, :1]), ~feats.words_valid], 1)
            x = x + queries
            for layer in self.exchange:
                x = layer(x, src_key_padding_mask=padding)
        answer = torch.tanh(x[:, 0])
        if self.choices:
            return torch.einsum('bd,bcd->bc', answer, self.choice(feats.choices)) * answer.shape[-1]**-0.5
        logits = self.classifier(answer)
        return self.answers(logits, feats.vocabulary) if self.answers else logits

    def _part(self, name: str, feats: AVFeatures, selection: Selection, queries: Tensor) -> Tensor:
        """One part of what is fused, float[B, 1, D], or for each query float[B, Q, D]."""
        if name in ('audio', 'visual'):
            return _of_samples(_mean(getattr(feats, name), feats.valid), feats.clip)
        if name in _ENCODED:
            stream = getattr(feats, name)
            # Of the patches of a frame the mean and the maximum first.
            low, high = (stream, stream) if stream.ndim == 3 else (stream.mean(2), stream.amax(2))
            high = high.masked_fill(~feats.valid.unsqueeze(-1), torch.finfo(high.dtype).min).amax(1)
            return _of_samples(self.norm_encoded[name](torch.cat([_mean(low, feats.valid), high], -1)), feats.clip)
        modality = _GROUNDED.get(name, name.removeprefix('selected_'))
        x = self._selected(modality, selection)
        if selection.weights is not None:
            x = x * selection.weights.view(*selection.weights.shape, *[1] * (x.ndim - 2))
        if name not in _GROUNDED:
            return _mean(x, selection.valid).unsqueeze(1)
        if name == 'grounded_tokens':
            found, _ = self.token_grounding(queries, x.flatten(1, 2), ~selection.valid.repeat_interleave(x.shape[2], 1))
        else:
            found, _ = self.grounding(queries, x, ~selection.valid)
        return found

    @staticmethod
    def _selected(modality: str, selection: Selection) -> Tensor:
        """What the selected segments hold, float[B, k, D], tokens float[B, k, M, D].

        Raises:
            ValueError: tokens are wanted, but no neck made them.
        """
        if modality == 'tokens':
            if selection.tokens is None:
                raise ValueError("QuestionGroundingHead(parts=(..., 'grounded_tokens')) needs TokenMergeSPM among the necks")
            return selection.tokens
        if modality == 'visual' and selection.spatial is not None:
            return selection.spatial
        return getattr(selection, modality)


def _everything(feats: AVFeatures) -> Selection:
    """All segments, as a selection."""
    U, T = feats.valid.shape
    segments = torch.arange(T, device=feats.valid.device).expand(U if feats.clip is None else len(feats.clip), T)
    audio, visual, valid, spatial, tokens = (
        None if x is None else x if feats.clip is None else x.index_select(0, feats.clip)
        for x in (feats.audio, feats.visual, feats.valid, feats.spatial_audio, feats.patches))
    return Selection(segments, valid, segments, audio, visual, tokens=tokens, spatial=spatial)


def _mean(x: Tensor, valid: Tensor) -> Tensor:
    """Mean over the valid segments of x float[B, T, D]."""
    weights = valid.unsqueeze(-1).to(x.dtype)
    # Not a product alone: what stands in padding may be anything.
    return x.masked_fill(~valid.unsqueeze(-1), 0).sum(1) / weights.sum(1)


def _of_samples(x: Tensor, clip: Tensor | None) -> Tensor:
    """float[B, 1, D] of x float[U, D]."""
    return (x if clip is None else x.index_select(0, clip)).unsqueeze(1)
