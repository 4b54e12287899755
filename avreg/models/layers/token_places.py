"""TokenPlaces: when and where each token is, added to it."""
from __future__ import annotations

from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import one_hot

from avreg.structures import AVFeatures

from .grid_sinusoid import grid_sinusoid, sinusoid


class TokenPlaces(BaseModule):
    """Adds the time of its segment to every token and the place in the frame to every patch.

    Args:
        channels: width D, a multiple of 4.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, channels: int, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.time, self.place = nn.Linear(channels, channels), nn.Linear(channels, channels)
        # As large as the normalised tokens: "on the left" is then learned in hundreds of steps, and not in thousands.
        nn.init.uniform_(self.place.weight, -3 * channels**-0.5, 3 * channels**-0.5)

    def forward(self, x: Tensor, feats: AVFeatures, step: int = 1) -> Tensor:
        """x: float[U, T, D] or float[U, T, M, D], normalised, of every ``step``-th segment from the first; feats: ``grid`` and ``token_group`` of
        the patches of all segments. Gives the shape of x.

        A merged token is where the places that went to it are in the mean; without ``token_group`` nobody knows where that is.
        """
        time = self.time(sinusoid(x.shape[1] * step, x.shape[-1], x.device)[::step])
        if x.ndim == 3:
            return x + time
        x = x + time.unsqueeze(1)
        merged = feats.grid is None or x.shape[2] != feats.grid[0] * feats.grid[1]
        if merged and feats.token_group is None:
            return x
        place = self.place(grid_sinusoid(*feats.grid, x.shape[-1], x.device))
        if merged:
            group = one_hot(feats.token_group[:, ::step], x.shape[2]).to(x.dtype).transpose(-1, -2)
            place = group @ place / group.sum(-1, keepdim=True).clamp(min=1)
        return x + place
