"""PyramidLevel: one temporal resolution of a clip."""
from __future__ import annotations

import dataclasses

from torch import Tensor


@dataclasses.dataclass(frozen=True)
class PyramidLevel:
    """A level of ``AVFeatures.pyramid``. Level l has every 2^l-th step of the finest one.

    Args:
        features: float[B, T_l, D], zero where not valid.
        valid: bool[B, T_l].
        stride: 2^l, in steps of the finest level.
    """

    features: Tensor
    valid: Tensor
    stride: int

    def replace(self, features: Tensor) -> PyramidLevel:
        """The level with other features."""
        return dataclasses.replace(self, features=features)

    def rows(self, index: Tensor) -> PyramidLevel:
        """The level of some clips, int64[n]; a clip may come repeatedly."""
        return PyramidLevel(self.features.index_select(0, index), self.valid.index_select(0, index), self.stride)
