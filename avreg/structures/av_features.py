"""AVFeatures: the bus between backbones, necks and heads.

The papers' letters, once for the package: B clips, T segments (seconds), M patches of a frame, N text tokens, D feature width
(the papers' C), K classes.
"""
from __future__ import annotations

import dataclasses
from typing import Any

from torch import Tensor

from avreg.errors import did_you_mean

from .pyramid_level import PyramidLevel
from .selection import Selection


@dataclasses.dataclass(frozen=True)
class AVFeatures:
    """What backbones give, necks refine and heads read. Frozen: a neck returns ``feats.replace(audio=...)``.

    Args:
        audio: float[B, T, D], one vector a segment.
        visual: float[B, T, D], frame-level, the [CLS] of each segment.
        patches: float[B, T, M, D], token-level.
        encoded_audio, encoded_visual, encoded_patches: audio, visual and patches as the backbones gave them, for heads that must
            tell what one modality says alone; necks leave them as they are.
        grid: (h, w) of the patches, h * w = M unless tokens were merged.
        token_group: int64[B, T, h * w], which of the M merged tokens each place of the grid went to; None: they were not merged, or
            nobody knows (stored features).
        pixels: feature pyramid of each frame, for pixel decoders: for strides 4, 8, 16, 32 float[B, T, C_i, H/stride, W/stride],
            sizes rounded up (112 pixels: 28, 14, 7, 4).
        fused: F_att of SSUFormer, for strides 16 and 32 float[B, T, D, H/stride, W/stride]: the places of the frame with what they have to
            do with the sound (MultiModalIntegration).
        frames: float[B, T, 3, H, W], the normalised frames themselves, for heads that look at them once more (class attribute
            ``reads_frames = True``).
        spatial_audio: float[B, T, D], the audio as the spatial perception module sees it (AV-Unified, Eq. 7).
        text: float[B, D], sentence feature of the question or task prompt.
        prompt: float[B, D], sentence feature of the declarative prompt (TSPM).
        choices: float[B, C, D], sentence features of the answers to choose from (AVQA).
        words: float[B, N, D], token-level text.
        words_valid: bool[B, N], False on padding.
        vocabulary: float[V, D], the text encoder's embedding of every word it knows; the same for all clips.
        valid: bool[B, T], False on padding; no padded segment ever changes a valid output.
        selection: the segments that each sample reads, where a neck selects (TSPM).
        clip: int64[B], which of U clips each sample is about, for heads that read a clip once for all questions about it
            (``shares_clips``): everything but the text and the weights then has U rows. None: a row for each sample.
        weights: how much each sample makes of a stream, by the stream's name: float[B, T] or float[B, T, M]. Only with ``clip``, for
            heads that read them (``reads_weights``); for others the streams are weighted already.
        pyramid: levels from fine to coarse (CCNet); the finest has at least T steps, always the same number.
        maps: what a visualizer wants (attention, gates, selected segments); never needed by a head's arithmetic.
    """

    audio: Tensor | None = None
    visual: Tensor | None = None
    patches: Tensor | None = None
    encoded_audio: Tensor | None = None
    encoded_visual: Tensor | None = None
    encoded_patches: Tensor | None = None
    grid: tuple[int, int] | None = None
    token_group: Tensor | None = None
    pixels: list[Tensor] | None = None
    fused: list[Tensor] | None = None
    frames: Tensor | None = None
    spatial_audio: Tensor | None = None
    text: Tensor | None = None
    prompt: Tensor | None = None
    choices: Tensor | None = None
    words: Tensor | None = None
    words_valid: Tensor | None = None
    vocabulary: Tensor | None = None
    valid: Tensor | None = None
    selection: Selection | None = None
    clip: Tensor | None = None
    weights: dict[str, Tensor] = dataclasses.field(default_factory=dict)
    pyramid: list[PyramidLevel] | None = None
    maps: dict[str, Tensor] = dataclasses.field(default_factory=dict)

    def replace(self, **changes: Any) -> AVFeatures:
        """A copy with some fields exchanged. ``maps`` given here are added to the existing ones."""
        if 'maps' in changes:
            changes['maps'] = {**self.maps, **changes['maps']}
        return dataclasses.replace(self, **changes)

    def spread(self) -> AVFeatures:
        """A row for each sample: what clips hold is repeated for the samples about them, and weighted. ``clip`` is then None."""
        of_samples = ('text', 'prompt', 'choices', 'selection', 'words', 'words_valid', 'vocabulary', 'clip', 'weights')

        def take(value: Any) -> Any:
            if isinstance(value, Tensor):
                return value.index_select(0, self.clip)
            if isinstance(value, PyramidLevel):
                return value.rows(self.clip)
            if isinstance(value, (list, tuple)):
                return type(value)(take(item) for item in value)
            if isinstance(value, dict):
                return {name: take(item) for name, item in value.items()}
            return value

        if self.clip is None:
            return self
        rows = {f.name: take(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name not in of_samples}
        rows |= {name: rows[name] * weight.unsqueeze(-1) for name, weight in self.weights.items()}
        selection = self.selection and self.selection.spread(self.clip)
        return dataclasses.replace(self, **rows, selection=selection, clip=None, weights={})

    def require(self, *fields: str, by: str, width: int | tuple[int, ...] | None = None, key: str = 'channels') -> None:
        """Stop with an error that names ``by`` (the neck or head) and the first of ``fields`` that is not there, or is not what it reads.

        Args:
            fields: names of fields.
            by: the neck or head.
            width: D that those of the fields that are features must have, of ``pixels`` the widths of all strides; None: any.
            key: the argument of ``by`` that ``width`` comes from.

        Raises:
            ValueError: a field is None or of another width, or there is no such field.
        """
        for field in fields:
            value = getattr(self, field, None)
            if value is None:
                raise ValueError(self._why_not(field, by))
            if width is not None and (there := _width(value)) not in (None, width):
                raise ValueError(f'{by} was built for {key}={width}, but AVFeatures.{field} is {there} wide. Set {key} to {there}, or let '
                                 f'the backbone or neck before it make {field!r} {width} wide, and train anew.')

    def patch_map(self, patches: Tensor, token_group: Tensor | None, by: str) -> Tensor:
        """Patches on the grid, float[F, D, h, w]; a place of a merged token shows that token.

        Args:
            patches: float[F, M, D], of some frames, in whichever width.
            token_group: int64[F, h * w], of the same frames; None: nobody knows.
            by: the head that asks.

        Raises:
            ValueError: the patches were merged, and nobody knows which place went to which.
        """
        h, w = self.grid
        if patches.shape[1] != h * w:
            if token_group is None:
                raise ValueError(f'{by} reads patches on a grid of {h} x {w}, and there are {patches.shape[1]}: they were merged, and '
                                 'AVFeatures.token_group, which place went to which of them, is not known. Let the encoder merge none '
                                 '(num_tokens=None)')
            patches = patches.gather(1, token_group.unsqueeze(-1).expand(-1, -1, patches.shape[2]))
        return patches.transpose(1, 2).unflatten(2, (h, w))

    def _why_not(self, field: str, by: str) -> str:
        """What is wrong with a field that ``by`` needs and does not get."""
        names = [f.name for f in dataclasses.fields(self)]
        if field not in names:
            return f'{by} reads AVFeatures.{field}, and there is no such field{did_you_mean(field, names)}'
        there = [name for name in names if name not in ('maps', 'weights') and getattr(self, name) is not None]
        cure = _MADE_BY_DATASETS.get(field, f'Put the backbone or neck that makes {field!r} before {by} in the config.')
        return f'{by} needs AVFeatures.{field}, which is missing; the features hold {there}. {cure}'


# What no backbone or neck can make.
_MADE_BY_DATASETS = {
    'prompt': 'Put ConstructPrompt before TokenizeText into the pipelines of the datasets.',
    'choices': 'Only datasets of questions with choices, as AVQA, give them.',
}


def _width(value: Any) -> int | tuple[int, ...] | None:
    """D of a field, of maps that of every stride; None of what is no features."""
    if isinstance(value, list):
        return value[0].features.shape[-1] if isinstance(value[0], PyramidLevel) else tuple(level.shape[2] for level in value)
    return value.shape[-1] if isinstance(value, Tensor) and value.is_floating_point() else None
