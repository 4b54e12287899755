"""The encoders that tools/extract_features.py runs, each with what its input is made with and what its passport says."""
from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from avreg.config import load_config
from avreg.errors import ConfigError, did_you_mean
from avreg.models.checkpoints import CLIP_SIZES, clip_config
from avreg.registry import MODELS, TRANSFORMS

from .init_model import init_model

# CLIP's own, of RGB in 0..1.
_CLIP_NORMALISATION = dict(mean=[0.48145466, 0.4578275, 0.40821073], std=[0.26862954, 0.26130258, 0.27577711])
# Tokens merged in a block, as TSPM does it: the smallest number that gets from 577 to 14 is another.
_TSPM_MERGE_RATE = 25


@dataclasses.dataclass(frozen=True)
class EncoderOptions:
    """What a user says about an encoder; None is the encoder's own default.

    Args:
        encoder: 'vggish', 'clip', 'clip_tokens', 'pvt_v2', or the path of a config, of whose model one backbone is taken.
        checkpoint: file, or folder of CLIP's download; of a config the checkpoint of its training.
        random_weights: run without a checkpoint.
        variant: of 'clip', 'clip_tokens' and 'pvt_v2'.
        num_tokens: of 'clip_tokens'.
        merge_rate: of 'clip_tokens'.
        image_size: of 'pvt_v2': height and width of a frame.
        backbone: of a config: name in ``model.backbones``.
        feature: of a config: field that the backbone gives, 'audio', 'visual' or 'patches'.
    """

    encoder: str
    checkpoint: str | None = None
    random_weights: bool = False
    variant: str | None = None
    num_tokens: int | None = None
    merge_rate: int | None = None
    image_size: int | None = None
    backbone: str | None = None
    feature: str | None = None


class FeatureEncoder:
    """An encoder with everything around it: from segments as SegmentReader gives them to rows of a feature file.

    Args:
        family: which of the encoders it is, for the layout.
        label: what its files are called by.
        modality: 'audio' or 'visual'.
        backbone: gives ``field`` for inputs [1, n, ...], each segment by itself.
        field: of its output; maps of a pyramid are averaged over the places of the last one.
        preprocessor: normalises.
        resize: config of Resize, for frames.
        description: for the passport.

    Raises:
        ConfigError: the backbone looks at more than one segment at a time.
    """

    def __init__(self, family: str, label: str, modality: str, backbone: nn.Module, field: str, preprocessor: nn.Module,
                 resize: Mapping[str, Any] | None, description: Mapping[str, Any]):
        if not getattr(backbone, 'per_segment', False):
            raise ConfigError(f'{type(backbone).__name__} does not see each segment by itself, so its features are no files of segments')
        self.family, self.label, self.modality, self.field = family, label, modality, field
        self.resize = None if resize is None else TRANSFORMS.build(dict(resize))
        self._backbone, self._preprocessor = backbone.eval(), preprocessor.eval()
        self._description = dict(description)

    def to(self, device: str) -> FeatureEncoder:
        """Move to a device."""
        self._backbone.to(device)
        self._preprocessor.to(device)
        return self

    @torch.inference_mode()
    def encode(self, segments: np.ndarray) -> np.ndarray:
        """Rows of a feature file, float32[n, ...], of frames uint8[n, H, W, 3] or log-mel float32[n, 1, 96, 64]. The same bytes for the
        same segments, on the same machine.

        Raises:
            ConfigError: the backbone does not give ``field``.
        """
        x = torch.from_numpy(segments)
        x = x.permute(0, 3, 1, 2) if self.modality == 'visual' else x
        with _deterministic():
            inputs = self._preprocessor(dict(inputs={self.modality: [x]}, data_samples=[None]))['inputs']
            found = self._backbone(inputs[self.modality])
        if not isinstance(rows := found.get(self.field), (torch.Tensor, list)):
            given = [name for name, value in found.items() if isinstance(value, torch.Tensor) and value.shape[:2] == (1, len(segments))]
            raise ConfigError(f'{type(self._backbone).__name__} gives no features {self.field!r}{did_you_mean(self.field, given)}')
        if self.field == 'pixels':
            rows = rows[-1].mean((-2, -1))
        return rows[0].float().cpu().numpy()

    def describe(self) -> dict[str, Any]:
        """For the passport: everything that decides about the numbers."""
        return dict(self._description, weights_sha256=hash_weights(self._backbone), precision='float32')


def build_feature_encoder(options: EncoderOptions) -> FeatureEncoder:
    """The encoder that ``options`` describe, on the CPU.

    Raises:
        ConfigError: no such encoder, an option that it does not have, or neither a checkpoint nor ``random_weights``.
        FileNotFoundError, ValueError: a checkpoint that is not there or does not fit.
    """
    is_config = options.encoder.endswith('.py')
    if not is_config and options.encoder not in _BUILDERS:
        raise ConfigError(f'there is no encoder {options.encoder!r}{did_you_mean(options.encoder, _BUILDERS)} (or the path of a config)')
    build, known = (_of_config, ('backbone', 'feature')) if is_config else _BUILDERS[options.encoder]
    for name in ('variant', 'num_tokens', 'merge_rate', 'image_size', 'backbone', 'feature'):
        if getattr(options, name) is not None and name not in known:
            raise ConfigError(f'--{name.replace("_", "-")} means nothing to the encoder {options.encoder!r}'
                              f'{"; it has " + ", ".join("--" + k.replace("_", "-") for k in known) if known else ""}')
    if (options.checkpoint is None) != options.random_weights:
        raise ConfigError('--random-weights and --checkpoint exclude each other' if options.random_weights else
                          f'the encoder {options.encoder!r} has no weights: give its --checkpoint (nothing is downloaded here), or '
                          '--random-weights for features that mean nothing, as a test of everything else')
    # Random weights are the same after a restart.
    torch.manual_seed(0)
    return build(options)


def hash_weights(module: nn.Module) -> str:
    """SHA-256 of the names, shapes and values of a module's weights: the same whatever the format of the file they came from."""
    digest = hashlib.sha256()
    for name, tensor in module.state_dict().items():
        digest.update(f'{name} {tensor.dtype} {tuple(tensor.shape)}\n'.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


def _vggish(options: EncoderOptions) -> FeatureEncoder:
    backbone = MODELS.build(dict(type='VGGishEncoder', checkpoint=options.checkpoint))
    # It takes log-mel as it is.
    return FeatureEncoder('vggish', 'vggish', 'audio', backbone, 'audio', _preprocessor(audio_mean=0.0, audio_std=1.0), None,
                          dict(encoder='vggish', output='after the last ReLU, without PCA', normalisation=dict(mean=0.0, std=1.0),
                               **_of(options)))


def _clip(options: EncoderOptions, **merging: int | None) -> FeatureEncoder:
    if options.variant is None and options.checkpoint is None:
        raise ConfigError(f'--encoder {options.encoder} needs a --variant: {", ".join(CLIP_SIZES)}')
    label = _clip_label(options)
    backbone = MODELS.build(dict(type='CLIPVisualEncoder', variant=options.variant, checkpoint=options.checkpoint, **merging))
    size = backbone.image_size
    description = dict(encoder=options.encoder, variant=label, image_size=[size, size], resize='bicubic, short side, centre crop',
                       normalisation=_CLIP_NORMALISATION)
    if merging:
        description |= dict(output='tokens merged between attention and MLP, after the last norm, class token first',
                            num_tokens=merging['num_tokens'], merged_in_each_block=backbone.schedule)
    else:
        description |= dict(output='class token after the last norm, projected, not normalised')
    return FeatureEncoder(options.encoder, f'tome{merging["num_tokens"]}' if merging else label, 'visual', backbone,
                          'patches' if merging else 'visual', _preprocessor(),
                          dict(type='Resize', size=(size, size), mode='bicubic', crop=True),
                          dict(description, **_of(options)))


def _clip_tokens(options: EncoderOptions) -> FeatureEncoder:
    num_tokens = 14 if options.num_tokens is None else options.num_tokens
    rate = options.merge_rate
    if rate is None and _clip_label(options) == 'ViT-L14@336px':
        rate = _TSPM_MERGE_RATE
    return _clip(options, num_tokens=num_tokens, merge_rate=rate)


def _clip_label(options: EncoderOptions) -> str:
    """The published variant as official folders are called (``ViT-L14@336px``), or the name of the checkpoint's folder."""
    variant = options.variant
    if variant is None:
        sizes = _visual_sizes(clip_config(None, options.checkpoint))
        variant = next((name for name in CLIP_SIZES if _visual_sizes(clip_config(name)) == sizes), None)
    return Path(options.checkpoint).name if variant is None else variant.replace('/', '') + 'px' * ('@' in variant)


def _visual_sizes(config) -> tuple[int, ...]:
    """What tells CLIP's image towers apart."""
    vision = config.vision_config
    return vision.patch_size, vision.image_size, vision.hidden_size, vision.num_hidden_layers, vision.projection_dim


def _pvt_v2(options: EncoderOptions) -> FeatureEncoder:
    if options.variant is None:
        raise ConfigError('--encoder pvt_v2 needs a --variant: b0, b1, b2, b3, b4 or b5')
    size = 224 if options.image_size is None else options.image_size
    backbone = MODELS.build(dict(type='PVTv2Pyramid', variant=options.variant, checkpoint=options.checkpoint, frozen=True))
    preprocessor = _preprocessor()
    return FeatureEncoder('pvt_v2', f'pvt_v2_{options.variant}', 'visual', backbone, 'pixels', preprocessor,
                          dict(type='Resize', size=(size, size)),
                          dict(encoder='pvt_v2', variant=options.variant, output='mean over the places of the last stage',
                               image_size=[size, size], resize='bilinear, without the aspect ratio',
                               normalisation=_normalisation(preprocessor), **_of(options)))


def _of_config(options: EncoderOptions) -> FeatureEncoder:
    """A backbone of the model of a config, behind that config's own normalisation and frame size."""
    cfg = load_config(options.encoder)
    name = options.backbone or 'visual'
    if name not in cfg.model.backbones:
        raise ConfigError(f'--backbone {name}: the model of {options.encoder} has the backbones {list(cfg.model.backbones)}'
                          f'{did_you_mean(name, cfg.model.backbones)}')
    model = init_model(cfg, options.checkpoint)
    modality = model.inputs[name]
    if modality not in ('audio', 'visual'):
        raise ConfigError(f'--backbone {name} reads {modality!r}: features of videos come from backbones of sound and picture')
    feature = options.feature or modality
    resize = _find(cfg.test_dataloader, 'Resize') if modality == 'visual' else None
    if modality == 'visual' and resize is None:
        raise ConfigError(f'the test pipeline of {options.encoder} has no Resize, which says how large the frames are')
    preprocessor = model.data_preprocessor
    given = dict(normalisation=_normalisation(preprocessor)) if modality == 'visual' else dict(
        normalisation=dict(mean=preprocessor.audio_mean, std=preprocessor.audio_std))
    if resize is not None:
        # As JSON has it.
        given |= dict(resize={key: list(value) if isinstance(value, tuple) else value for key, value in resize.items() if key != 'type'})
    backbone = model.backbones[name]
    label = f'{Path(options.encoder).stem}_{name}' + (f'_{feature}' if feature != modality else '')
    encoder = FeatureEncoder('own', label, modality, backbone, feature, preprocessor, resize,
                             dict(encoder=type(backbone).__name__, output=feature, **given, **_of(options)))
    # Whether there is such a feature is known when it has run: now, not when the first file is begun.
    encoder.encode(np.zeros((1, 1, 96, 64), np.float32) if resize is None else np.zeros((1, *encoder.resize.size, 3), np.uint8))
    return encoder


_BUILDERS = {
    'vggish': (_vggish, ()),
    'clip': (_clip, ('variant', )),
    'clip_tokens': (_clip_tokens, ('variant', 'num_tokens', 'merge_rate')),
    'pvt_v2': (_pvt_v2, ('variant', 'image_size')),
}
FEATURE_ENCODERS = tuple(_BUILDERS)


def _of(options: EncoderOptions) -> dict[str, Any]:
    """What a passport says about the weights, beside their hash."""
    return dict(random_weights=options.random_weights, checkpoint=None if options.checkpoint is None else Path(options.checkpoint).name)


def _preprocessor(**options: float) -> nn.Module:
    return MODELS.build(dict(type='AVDataPreprocessor', **options))


def _normalisation(preprocessor: nn.Module) -> dict[str, list[float]]:
    """Mean and standard deviation of RGB in 0..255."""
    return {name: [round(v, 4) for v in getattr(preprocessor, f'visual_{name}').flatten().tolist()] for name in ('mean', 'std')}


def _find(node: Any, transform: str) -> dict[str, Any] | None:
    """The first config of a registered transform below ``node``."""
    if isinstance(node, Mapping):
        kind = node.get('type')
        if kind == transform or kind is TRANSFORMS.get(transform):
            return dict(node)
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        return next((found for found in (_find(item, transform) for item in node) if found is not None), None)
    return None


@contextmanager
def _deterministic() -> Iterator[None]:
    """Within it the same input gives the same bytes, on GPUs too."""
    # For cuBLAS, which reads it when its first product is made.
    os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')
    flags = torch.backends.cudnn
    before = torch.are_deterministic_algorithms_enabled(), flags.benchmark, flags.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    torch.use_deterministic_algorithms(True)
    flags.benchmark, flags.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = False, False, False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0])
        flags.benchmark, flags.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = before[1:]
