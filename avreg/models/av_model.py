"""AVModel: backbones, necks and one head a benchmark. The only model of avreg; methods are configs."""
from __future__ import annotations

import difflib

from mmengine.model import BaseModel
from torch import Tensor, nn

from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


@MODELS.register_module()
class AVModel(BaseModel):
    """Routes a batch, which always comes from one benchmark, through backbones and necks to ``heads[benchmark]``.

    Args:
        backbones: an encoder for each modality ('audio', 'visual', 'text'); each gives named fields of AVFeatures.
        heads: a head for each benchmark. One that serves several stands under a name of its own and lists them in its attribute
            ``benchmarks``.
        necks: applied in this order.
        data_preprocessor: makes the batch; AVDataPreprocessor unless given.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self,
                 backbones: dict[str, dict],
                 heads: dict[str, dict],
                 necks: list[dict] | tuple[dict, ...] = (),
                 data_preprocessor: dict | None = None,
                 init_cfg: dict | None = None):
        # Built here: the base class looks in MMEngine's own registry, where ours are not, unless a default scope is set.
        super().__init__(MODELS.build(data_preprocessor or dict(type='AVDataPreprocessor')), init_cfg)
        self.backbones = nn.ModuleDict({modality: MODELS.build(cfg) for modality, cfg in backbones.items()})
        self.necks = nn.ModuleList([MODELS.build(cfg) for cfg in necks])
        self.heads = nn.ModuleDict({name: MODELS.build(cfg) for name, cfg in heads.items()})
        # Which entry of heads answers for a benchmark.
        self.head_names = {benchmark: name for name, head in self.heads.items() for benchmark in getattr(head, 'benchmarks', (name, ))}

    def extract_feat(self, inputs: dict[str, Tensor]) -> AVFeatures:
        """Backbones, then necks. ``inputs`` as AVDataPreprocessor gives them.

        Raises:
            ValueError: an input of a modality that a backbone needs is missing.
        """
        fields: dict = {'valid': inputs['valid']}
        for modality, backbone in self.backbones.items():
            if modality not in inputs:
                raise ValueError(f'model.backbones.{modality} has no input: the batch holds {sorted(inputs)}')
            fields.update(backbone(inputs[modality]))
        feats = AVFeatures(**fields, **{f'encoded_{name}': fields.get(name) for name in ('audio', 'visual', 'patches')})
        # Samples that share a clip share its features, up to the first neck that reads the text; one that does not says so by
        # a class attribute `reads_text = False`. One with `shares_clips = True` repeats the clips itself, when it has to.
        shared = len(inputs['valid']) < len(inputs['clip'])
        for neck in self.necks:
            if shared and getattr(neck, 'shares_clips', False):
                feats, shared = neck(feats, clip=inputs['clip']), False
                continue
            if shared and getattr(neck, 'reads_text', True):
                feats, shared = feats.take_clips(inputs['clip']), False
            feats = neck(feats)
        return feats.take_clips(inputs['clip']) if shared else feats

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
            near = difflib.get_close_matches(benchmark, self.head_names, 1, 0.5)
            raise ValueError(f"the model has no head for benchmark {benchmark!r}{f'; did you mean {near[0]!r}?' if near else ''} "
                             f'model.heads holds {sorted(self.head_names)}')
        return benchmark, self.heads[self.head_names[benchmark]]

    def forward(self, inputs: dict[str, Tensor], data_samples: list[AVDataSample] | None = None, mode: str = 'tensor'):
        """MMEngine's three modes.

        Args:
            inputs: padded batch.
            data_samples: annotations, one a clip.
            mode: 'loss' gives the losses of the batch's benchmark, 'predict' the samples with predictions filled in,
                'tensor' the AVFeatures that a head would read.
        """
        feats = self.extract_feat(inputs)
        if mode == 'tensor':
            return feats
        benchmark, head = self.head_of(data_samples)
        if mode == 'loss':
            return {f'{benchmark}/{name}': value for name, value in head.loss(feats, data_samples).items()}
        if mode == 'predict':
            return head.predict(feats, data_samples)
        raise ValueError(f"mode is 'loss', 'predict' or 'tensor', not {mode!r}")
