"""EmbeddedAudioEncoder: a small log-mel network, trained from scratch."""
from __future__ import annotations

from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.models.layers import StandardizedConv2d
from avreg.registry import MODELS


@MODELS.register_module()
class EmbeddedAudioEncoder(BaseModule):
    """Convolutions over each second's log-mel (4 x 4 cells, then two of stride 2), then a linear layer over what is left of
    time and frequency.

    It stands where VGGish stands at paper scale, with the same input, and is small enough for a CPU.

    Args:
        channels: width D of the output.
        width: channels of the first convolution; twice as many follow.
        init_cfg: MMEngine initialisation.
    """

    per_segment = True

    def __init__(self, channels: int = 128, width: int = 48, init_cfg: dict | None = None):
        super().__init__(init_cfg)

        def block(c_in: int, c_out: int, kernel: int, stride: int, padding: int) -> nn.Sequential:
            # Not in place: what the first convolution gives is a view, whose gradient would then be copied five times.
            return nn.Sequential(StandardizedConv2d(c_in, c_out, kernel, stride, padding), nn.ReLU())

        # Non-overlapping cells first: on a CPU a strided 3 x 3 stem costs six times as much as all the rest.
        self.convs = nn.Sequential(block(1, width, 4, 4, 0), block(width, 2 * width, 3, 2, 1), block(2 * width, 2 * width, 3, 2, 1))
        # Flattened, not pooled: when in the second and at which pitch something sounds is what rhythm and timbre are.
        self.project = nn.Linear(2 * width * 6 * 4, channels)

    def forward(self, audio: Tensor) -> dict[str, Tensor]:
        """audio: float[B, T, 1, 96, 64] normalised log-mel. Gives ``audio`` float[B, T, D].

        Raises:
            ValueError: another shape.
        """
        if audio.ndim != 5 or audio.shape[2:] != (1, 96, 64):
            raise ValueError(f'EmbeddedAudioEncoder takes log-mel of shape (B, T, 1, 96, 64), got {tuple(audio.shape)}')
        x = self.convs(audio.flatten(0, 1))
        return {'audio': self.project(x.flatten(1)).unflatten(0, audio.shape[:2])}
