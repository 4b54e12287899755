"""FeatureIdentity: where precomputed feature files enter the model."""
from __future__ import annotations

from mmengine.model import BaseModule
from torch import Tensor

from avreg.registry import MODELS


@MODELS.register_module()
class FeatureIdentity(BaseModule):
    """Passes features through, after checking their width, so that raw media and feature files meet at the same place.

    Args:
        field: the AVFeatures field the features are (``'audio'``, ``'visual'``, ``'patches'``, ``'text'``, ``'prompt'``).
        width: the feature width the necks and heads were built for.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, field: str, width: int, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.field, self.width = field, width

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """features: float[B, T, D] (or [B, T, M, D], [B, D]). Gives the same under ``field``.

        Raises:
            ValueError: D is not ``width``.
        """
        if features.shape[-1] != self.width:
            raise ValueError(f'{self.field} features are {features.shape[-1]} wide, but the model was built for {self.width} '
                             f'(model.backbones.{self.field}.width). Use the feature files of that encoder, or set the width to '
                             f'{features.shape[-1]} and train anew.')
        return {self.field: features}
