"""PVTv2Pyramid: feature maps of every frame at four strides, from transformers' PVT v2."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor

from avreg.errors import did_you_mean
from avreg.models.checkpoints import PVT_V2_SIZES, load_pvt_v2
from avreg.registry import MODELS

from .pretrained_encoder import load_weights


@MODELS.register_module()
class PVTv2Pyramid(BaseModule):
    """Pyramid encoder for pixel decoders (AV-Unified, Fig. 3): PVT v2 (Wang et al. 2022), the four stages' normalised maps.

    Its frames are normalised with ImageNet's mean and standard deviation, which is AVDataPreprocessor's default.

    Args:
        variant: 'b0' (widths 32, 64, 160, 256), or 'b1' to 'b5' (64, 128, 320, 512), each deeper than the one before.
        checkpoint: an official ``pvt_v2_<variant>.pth``, or what ``tools/convert_checkpoint.py pvt_v2`` made of it; every key
            must fit. None keeps random weights and says so.
        frozen: evaluation mode, also in training, and no gradient.
        drop_path: stochastic depth of the last block in training; it grows linearly from 0 at the first.

    Raises:
        ValueError: unknown variant, or a checkpoint that does not fit.
        FileNotFoundError: no such checkpoint.
    """

    per_segment = True

    def __init__(self, variant: str, checkpoint: str | None = None, frozen: bool = False, drop_path: float = 0.1):
        super().__init__()
        # Here, for it takes seconds that nobody should wait for who does not use this encoder.
        from transformers import PvtV2Backbone, PvtV2Config
        if variant not in PVT_V2_SIZES:
            raise ValueError(f'PVTv2Pyramid has no variant={variant!r}{did_you_mean(variant, PVT_V2_SIZES)}')
        sizes = PVT_V2_SIZES[variant]
        self.backbone = PvtV2Backbone(
            PvtV2Config(hidden_sizes=sizes.widths, depths=sizes.depths, mlp_ratios=sizes.mlp_ratios, drop_path_rate=drop_path,
                        out_features=['stage1', 'stage2', 'stage3', 'stage4']))
        _use_official_epsilons(self.backbone)
        load_weights(self.backbone, f'PVTv2Pyramid(variant={variant!r})', checkpoint, lambda file: load_pvt_v2(file, variant))
        self.frozen = frozen
        if frozen:
            self.requires_grad_(False)
            self.eval()

    def train(self, mode: bool = True) -> PVTv2Pyramid:
        """Training mode, unless frozen."""
        return super().train(mode and not self.frozen)

    def forward(self, visual: Tensor) -> dict[str, list[Tensor]]:
        """visual: float[B, T, 3, H, W]. Gives ``pixels``: for i = 0..3 float[B, T, C_i, H/2^(i+2), W/2^(i+2)].

        Raises:
            ValueError: another number of dimensions, or a height or width that 32 does not divide.
        """
        # The keys of the first stage's attention come from cells of 32 x 32 pixels: a rest at the edge would never be looked at.
        if visual.ndim != 5 or visual.shape[-1] % 32 or visual.shape[-2] % 32:
            raise ValueError(f'PVTv2Pyramid takes frames (B, T, 3, H, W), H and W multiples of 32 (as 224), got {tuple(visual.shape)}')
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            maps = self.backbone(visual.flatten(0, 1)).feature_maps
        return {'pixels': [x.unflatten(0, visual.shape[:2]) for x in maps]}


def _use_official_epsilons(backbone: torch.nn.Module) -> None:
    """Of patch embeddings and of reduced keys and values: 1e-5, as PVT v2 was trained. transformers has 1e-6 everywhere."""
    for layer in backbone.encoder.layers:
        layer.patch_embedding.layer_norm.eps = 1e-5
        for block in layer.blocks:
            if block.attention.spatial_reduction_ratio > 1:
                block.attention.layer_norm.eps = 1e-5
