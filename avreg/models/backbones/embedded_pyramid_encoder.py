"""EmbeddedPyramidEncoder: a small image network with feature maps at four strides, trained from scratch."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.models.layers import FrameTokens, StandardizedConv2d
from avreg.registry import MODELS


@MODELS.register_module()
class EmbeddedPyramidEncoder(BaseModule):
    """Convolutions at strides 4, 8, 16 and 32; each stage starts from the one before.

    It stands where PVT v2 stands at paper scale. With ``frame_channels`` it also stands where EmbeddedVisualEncoder stands:
    the map of stride 16 becomes patch tokens and frame vector, so that frames are encoded once for all benchmarks.

    A frame of 112 x 112 costs 30 MFLOPs, 31 with frame_channels=128 (a multiplication and an addition are two).

    Args:
        widths: channels of the four maps.
        depths: convolutions of each stage; the first of a stage has its stride.
        frame_channels: width D of ``visual`` and ``patches``; None: neither is made.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: not four widths, or not four depths of at least 1.
    """

    per_segment = True

    def __init__(self,
                 widths: tuple[int, ...] = (24, 48, 96, 128),
                 depths: tuple[int, ...] = (1, 2, 2, 1),
                 frame_channels: int | None = None,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if len(widths) != 4 or len(depths) != 4 or min(depths) < 1:
            raise ValueError('EmbeddedPyramidEncoder has four stages (strides 4, 8, 16, 32) of at least one convolution each, '
                             f'got widths={tuple(widths)} and depths={tuple(depths)}')

        def stage(c_in: int, c_out: int, depth: int) -> nn.Sequential:
            # Non-overlapping cells first: on a CPU a strided 3 x 3 stem costs more than all the rest.
            first = StandardizedConv2d(c_in, c_out, 4, 4) if c_in == 3 else StandardizedConv2d(c_in, c_out, 3, 2, 1)
            others = [StandardizedConv2d(c_out, c_out, 3, 1, 1) for _ in range(depth - 1)]
            return nn.Sequential(*[layer for conv in (first, *others) for layer in (conv, nn.ReLU(inplace=True))])

        self.stages = nn.ModuleList([stage(*sizes) for sizes in zip((3, *widths), widths, depths)])
        self.tokens = FrameTokens(widths[2], frame_channels) if frame_channels else None

    def forward(self, visual: Tensor) -> dict:
        """visual: float[B, T, 3, H, W]. Gives ``pixels``: for i = 0..3 float[B, T, C_i, H/2^(i+2), W/2^(i+2)], the last rounded up
        (112 pixels: 28, 14, 7, 4); with ``frame_channels`` also ``patches`` float[B, T, M, D], ``grid`` (H/16, W/16) and
        ``visual`` float[B, T, D].

        Raises:
            ValueError: another number of dimensions, or a height or width that 16 does not divide.
        """
        if visual.ndim != 5 or visual.shape[-1] % 16 or visual.shape[-2] % 16:
            raise ValueError(f'EmbeddedPyramidEncoder takes frames (B, T, 3, H, W), H and W multiples of 16, got {tuple(visual.shape)}')
        x, pixels = visual.flatten(0, 1).contiguous(memory_format=torch.channels_last), []
        for stage in self.stages:
            x = stage(x)
            pixels.append(x.unflatten(0, visual.shape[:2]))
        return {'pixels': pixels, **(self.tokens(pixels[2]) if self.tokens else {})}
