"""EmbeddedVisualEncoder: a small image network with patch tokens and a frame vector, trained from scratch."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.models.layers import FrameTokens, StandardizedConv2d
from avreg.registry import MODELS


@MODELS.register_module()
class EmbeddedVisualEncoder(BaseModule):
    """Convolutions to stride 16; every position is a patch token, and learned queries pool them into the frame vector.

    It stands where CLIP's image tower stands at paper scale: frame-level feature and token-level features of each frame.

    Args:
        channels: width D of the output.
        width: channels of the first convolution; doubled twice.
        init_cfg: MMEngine initialisation.
    """

    per_segment = True

    def __init__(self, channels: int = 128, width: int = 32, init_cfg: dict | None = None):
        super().__init__(init_cfg)

        def block(c_in: int, c_out: int, kernel: int, stride: int) -> nn.Sequential:
            padding = (kernel - 1) // 2 if kernel % 2 else 0
            return nn.Sequential(StandardizedConv2d(c_in, c_out, kernel, stride, padding), nn.ReLU(inplace=True))

        self.convs = nn.Sequential(block(3, width, 4, 4), block(width, 2 * width, 3, 2), block(2 * width, 4 * width, 3, 2),
                                   block(4 * width, 4 * width, 3, 1))
        self.tokens = FrameTokens(4 * width, channels)

    def forward(self, visual: Tensor) -> dict:
        """visual: float[B, T, 3, H, W]. Gives ``patches`` float[B, T, M, D], ``grid`` (H/16, W/16) and ``visual`` float[B, T, D].

        Raises:
            ValueError: another number of dimensions, or a height or width that 16 does not divide.
        """
        if visual.ndim != 5 or visual.shape[-1] % 16 or visual.shape[-2] % 16:
            raise ValueError(f'EmbeddedVisualEncoder takes frames (B, T, 3, H, W), H and W multiples of 16, got {tuple(visual.shape)}')
        x = self.convs(visual.flatten(0, 1).contiguous(memory_format=torch.channels_last))
        return self.tokens(x.unflatten(0, visual.shape[:2]))
