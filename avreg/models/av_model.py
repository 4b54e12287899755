"""AVModel: backbones, necks and one head a benchmark. The only model of avreg; methods are configs."""
from __future__ import annotations

from collections.abc import Callable

import torch
from mmengine.model import BaseModel
from torch import Tensor, nn

from avreg.benchmarks import get_card
from avreg.errors import did_you_mean
from avreg.models.layers import take_rows
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


@MODELS.register_module()
class AVModel(BaseModel):
    """Routes a batch, which always comes from one benchmark, through backbones and necks to ``heads[benchmark]``.

    Args:
        backbones: an encoder for each modality ('audio', 'visual', 'text'), or several under names of their own; each gives named
            fields of AVFeatures, no two the same. The one called 'text' also encodes the declarative prompt and the choices of a
            batch that has them.
        inputs: for encoders that are not named after their modality, which one they read: ``dict(pyramid='visual')``.
        only: for encoders and necks that not every benchmark needs, those that do; encoders go by their names and necks by their
            classes: ``dict(pyramid=['avs_s4', 'avs_ms3', 'avss'], CMCC=['unav100'])``.
        heads: a head for each benchmark. One that serves several stands under a name of its own and lists them in its attribute
            ``benchmarks``.
        necks: applied in this order.
        data_preprocessor: makes the batch; AVDataPreprocessor unless given.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: ``inputs`` or ``only`` names a backbone (or neck) that there is not, or a head has another number of classes than its
            benchmark has labels.
    """

    def __init__(self,
                 backbones: dict[str, dict],
                 heads: dict[str, dict],
                 necks: list[dict] | tuple[dict, ...] = (),
                 inputs: dict[str, str] | None = None,
                 only: dict[str, list[str] | tuple[str, ...]] | None = None,
                 data_preprocessor: dict | None = None,
                 init_cfg: dict | None = None):
        # Built here: the base class looks in MMEngine's own registry, where ours are not, unless a default scope is set.
        super().__init__(MODELS.build(data_preprocessor or dict(type='AVDataPreprocessor')), init_cfg)
        self.backbones = nn.ModuleDict({name: MODELS.build(cfg) for name, cfg in backbones.items()})
        self.inputs = {name: name for name in backbones} | dict(inputs or {})
        self.only = dict(only or {})
        self.necks = nn.ModuleList([MODELS.build(cfg) for cfg in necks])
        kinds = {type(neck).__name__ for neck in self.necks}
        for argument, names, known in (('inputs', self.inputs, {*backbones}), ('only', self.only, {*backbones, *kinds})):
            if unknown := names.keys() - known:
                raise ValueError(f'AVModel.{argument} names {min(unknown)!r}, but the backbones are {sorted(backbones)}'
                                 + (f' and the necks {sorted(kinds)}' if argument == 'only' else '')
                                 + did_you_mean(min(unknown), known))
        self.heads = nn.ModuleDict({name: MODELS.build(cfg) for name, cfg in heads.items()})
        # Which entry of heads answers for a benchmark.
        self.head_names = {benchmark: name for name, head in self.heads.items() for benchmark in getattr(head, 'benchmarks', (name, ))}
        for benchmark, name in self.head_names.items():
            # Heads whose classes are the labels of their benchmark say so by a class attribute of this name.
            if getattr(self.heads[name], 'classifies_labels', False) and (labels := get_card(benchmark).labels):
                if self.heads[name].num_classes != len(labels):
                    raise ValueError(f'model.heads.{name} was built for num_classes={self.heads[name].num_classes}, but {benchmark} has {len(labels)} '
                                     f'labels: set it to {len(labels)}')

    def extract_feat(self, inputs: dict[str, Tensor], benchmark: str | None = None, shares_clips: bool = False,
                     reads_weights: bool = False, reads_frames: bool = False) -> AVFeatures:
        """Backbones, then necks.

        Args:
            inputs: as AVDataPreprocessor gives them.
            benchmark: of the batch; None runs every backbone and neck.
            shares_clips: samples about one clip are left with one row for it (``AVFeatures.clip``); otherwise each sample gets a row.
                A head asks for it by a class attribute of this name.
            reads_weights: how much each of them makes of a stream may stay beside it (``AVFeatures.weights``); otherwise the streams are
                weighted. A head asks for it by a class attribute of this name.
            reads_frames: the frames themselves are handed over too (``AVFeatures.frames``). A head asks for it by an attribute of this name.

        Raises:
            ValueError: an input that a backbone needs is missing, or two backbones give one field.
        """
        fields: dict = {'valid': inputs['valid']}
        for name, backbone in self.backbones.items():
            if not self._serves(name, benchmark):
                continue
            modality = self.inputs[name]
            if modality not in inputs:
                raise ValueError(f'model.backbones.{name} has no input {modality!r}: the batch holds {sorted(inputs)}; model.inputs says '
                                 'what a backbone reads that is not named after its modality')
            new = _encode(backbone, inputs[modality], inputs['valid'], inputs.get('segments'))
            if twice := fields.keys() & new.keys():
                raise ValueError(f'model.backbones.{name} gives {min(twice)!r}, which another backbone gives too')
            fields.update(new)
        fields.update(self._encode_sentences(inputs))
        if reads_frames:
            visual = inputs['visual']
            fields['frames'] = visual.expand(*inputs['valid'].shape, *visual.shape[2:])
        shared = shares_clips or len(inputs['valid']) < len(inputs['clip'])
        feats = AVFeatures(**fields, **{f'encoded_{name}': fields.get(name) for name in ('audio', 'visual', 'patches')},
                           clip=inputs['clip'] if shared else None)
        # Samples that share a clip share its features, up to the first neck that reads the text; one that does not says so by
        # a class attribute `reads_text = False`. One that reads both, each in its rows, has `shares_clips = True`. No neck reads the
        # weights that another one gave: it is given the weighted streams.
        for neck in self.necks:
            if not self._serves(type(neck).__name__, benchmark):
                continue
            if feats.weights or getattr(neck, 'reads_text', True) and not (shares_clips and getattr(neck, 'shares_clips', False)):
                feats = feats.spread()
            feats = neck(feats)
        return feats if shares_clips and (reads_weights or not feats.weights) else feats.spread()

    def _serves(self, name: str, benchmark: str | None) -> bool:
        """Whether a batch of ``benchmark`` passes the backbone, or the necks, of that name."""
        return benchmark is None or benchmark in self.only.get(name, (benchmark, ))

    def _encode_sentences(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """``prompt`` and ``choices`` of the batch, unless a backbone of its own reads them: by the encoder of the question."""
        found = {}
        for name in ('prompt', 'choices'):
            if name in inputs and name not in self.inputs.values() and 'text' in self.backbones:
                sentences = inputs[name].flatten(0, -2)
                found[name] = self.backbones['text'](sentences)['text'].unflatten(0, inputs[name].shape[:-1])
        return found

    def head_of(self, samples: list[AVDataSample]) -> tuple[str, nn.Module]:
        """The benchmark of a batch and its head.

        Raises:
            ValueError: mixed benchmarks, or no head for this one.
        """
        benchmarks = {sample.benchmark for sample in samples}
        if len(benchmarks) != 1:
            raise ValueError(f'a batch comes from one benchmark, this one mixes {sorted(benchmarks)}; use TaskBatchSampler for '
                             'training and SequentialTaskBatchSampler for testing')
        benchmark, = benchmarks
        if benchmark not in self.head_names:
            raise ValueError(f'the model has no head for benchmark {benchmark!r}, model.heads serves {sorted(self.head_names)}'
                             f'{did_you_mean(benchmark, self.head_names)}')
        return benchmark, self.heads[self.head_names[benchmark]]

    def forward(self, inputs: dict[str, Tensor], data_samples: list[AVDataSample] | None = None, mode: str = 'tensor'):
        """MMEngine's three modes.

        Args:
            inputs: padded batch.
            data_samples: annotations, one a clip.
            mode: 'loss' gives the losses of the batch's benchmark, 'predict' the samples with predictions filled in,
                'tensor' the AVFeatures that a head would read.

        Raises:
            ValueError: an unknown ``mode``, or see :meth:`head_of` and :meth:`extract_feat`.
        """
        if mode == 'tensor':
            return self.extract_feat(inputs)
        benchmark, head = self.head_of(data_samples)
        feats = self.extract_feat(inputs, benchmark, *(getattr(head, name, False) for name in ('shares_clips', 'reads_weights', 'reads_frames')))
        if mode == 'loss':
            return {f'{benchmark}/{name}': value for name, value in head.loss(feats, data_samples).items()}
        if mode == 'predict':
            return head.predict(feats, data_samples)
        raise ValueError(f"mode is 'loss', 'predict' or 'tensor', not {mode!r}")


# Every batch has another number of valid segments: torch.compile would trace the encoders anew each time.
@torch.compiler.disable
def _encode(backbone: nn.Module, x: Tensor, valid: Tensor, segments: Tensor | None) -> dict:
    """The fields of ``backbone``. One that sees each segment by itself (class attribute ``per_segment = True``) encodes a picture
    once for all segments, and of a padded batch only the ``segments`` that there are; the others' features are zero. Any other one
    is given the picture in every segment.

    Args:
        backbone: of a modality.
        x: its input, [B, T, ...], or [B, 1, ...] for pictures.
        valid: bool[B, T].
        segments: places of the valid ones among the B * T; None: all are valid.
    """
    B, T = valid.shape
    picture = x.ndim == 5 and x.shape[1] == 1 < T
    if not getattr(backbone, 'per_segment', False):
        return backbone(x.expand(B, T, *x.shape[2:]) if picture else x)
    if picture:
        return _each_tensor(lambda field: field.expand(B, T, *field.shape[2:]), backbone(x))
    if segments is None:
        return backbone(x)

    def spread(field: Tensor) -> Tensor:
        field = field.squeeze(0)
        # In the memory layout of the encoder: feature maps have their channels last.
        order = torch.channels_last if field.ndim == 4 else torch.contiguous_format
        whole = field.new_zeros(B * T, *field.shape[1:]).contiguous(memory_format=order)
        return whole.index_copy(0, segments, field).unflatten(0, (B, T))

    return _each_tensor(spread, backbone(take_rows(x.flatten(0, 1), segments).unsqueeze(0)))


def _each_tensor(change: Callable[[Tensor], Tensor], fields: dict) -> dict:
    """``fields`` with every tensor, also those of a list, changed."""
    def of(value):
        return change(value) if isinstance(value, Tensor) else [change(item) for item in value] if isinstance(value, list) else value
    return {name: of(value) for name, value in fields.items()}
