"""MTGC: the multi-temporal granularity collaboration module of CCNet."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.models.layers import SequenceBlock, max_pool_steps, zero_bias_linear
from avreg.registry import MODELS
from avreg.structures import AVFeatures

from .temporal_dependency import TemporalDependency

ORDERS = ('c2f_f2c', 'f2c_c2f')


@MODELS.register_module()
class MTGC(BaseModule):
    """The levels of a pyramid help each other, from coarse to fine and back (CCNet, Eq. 6-8), with dependencies of steps and classes
    within each in between (:class:`TemporalDependency`).

    C2F: G_l = Block(Z_l, q=U), U = ReLU(linear over time of Z_{l+1}), one block for all levels; the coarsest stays.
    F2C: O_l = G_l + Block(P, q=G_l), P the maximum over three steps of O_{l-1}; the finest stays.

    Needs: pyramid. Changes: pyramid. Padding stays zero, and what lies there does not matter.

    Args:
        channels: width of the pyramid (2D of CMCC).
        num_classes: K.
        class_channels: E, features of a class at a step.
        max_length: T of the finest level.
        num_levels: levels of the pyramid.
        num_heads: attention heads of C2F; the others have one.
        coarse_to_fine: C2F.
        fine_to_coarse: F2C.
        temporal_dependency: TDM.
        order: 'c2f_f2c' or 'f2c_c2f'; TDM stands between the two.
        tiled_masks: as published, the sequences of TDM's temporal branch get the masks of other videos of the batch (batch-major order), so
            that a result depends on the batch. Only for training or scoring exactly as published.
        drop_path: probability of stochastic depth.
        path_scale: where the scales of the residual paths start.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: unknown order.
    """

    reads_text = False

    def __init__(self,
                 channels: int = 1024,
                 num_classes: int = 100,
                 class_channels: int = 128,
                 max_length: int = 256,
                 num_levels: int = 6,
                 num_heads: int = 4,
                 coarse_to_fine: bool = True,
                 fine_to_coarse: bool = True,
                 temporal_dependency: bool = True,
                 order: str = 'c2f_f2c',
                 tiled_masks: bool = False,
                 drop_path: float = 0.1,
                 path_scale: float = 1e-4,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if order not in ORDERS:
            raise ValueError(f'MTGC(order={order!r}): the orders are {" and ".join(map(repr, ORDERS))}')
        self.channels, self.order = channels, order
        self.lengths = [-(-max_length // 2**level) for level in range(num_levels)]
        self.coarse_to_fine = _CoarseToFine(channels, self.lengths, num_heads, drop_path, path_scale) if coarse_to_fine else None
        self.fine_to_coarse = _FineToCoarse(channels, num_levels, drop_path, path_scale) if fine_to_coarse else None
        self.dependency = TemporalDependency(channels, num_classes, class_channels, self.lengths, tiled_masks,
                                             drop_path, path_scale) if temporal_dependency else None

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """``pyramid`` of float[B, T_l, channels] -> the same shapes.

        Raises:
            ValueError: other levels than this neck was built for.
        """
        feats.require('pyramid', by='MTGC', width=self.channels)
        lengths = [level.features.shape[1] for level in feats.pyramid]
        if lengths != self.lengths:
            raise ValueError(f'MTGC was built for levels of {self.lengths} steps (max_length={self.lengths[0]}, '
                             f'num_levels={len(self.lengths)}), but the pyramid has {lengths}; give CMCC and MTGC the same two numbers')
        padded = not bool(feats.pyramid[0].valid.all())
        keeps = [level.valid.unsqueeze(-1) if padded else None for level in feats.pyramid]
        levels = [level.features if keep is None else torch.where(keep, level.features, 0.0) for level, keep in zip(feats.pyramid, keeps)]
        ends = [self.coarse_to_fine, self.fine_to_coarse]
        first, last = ends if self.order == 'c2f_f2c' else ends[::-1]
        for step in (first, self.dependency, last):
            if step is not None:
                levels = step(levels, keeps)
        return feats.replace(pyramid=[level.replace(x) for level, x in zip(feats.pyramid, levels)])


class _CoarseToFine(nn.Module):
    """Eq. 6-7."""

    def __init__(self, channels: int, lengths: list[int], num_heads: int, drop_path: float, path_scale: float):
        super().__init__()
        self.linears = nn.ModuleList([zero_bias_linear(coarse, fine) for fine, coarse in zip(lengths, lengths[1:])])
        self.block = SequenceBlock(channels, num_heads, drop_path=drop_path, init_scale=path_scale)

    def forward(self, levels: list[Tensor], keeps: list[Tensor | None]) -> list[Tensor]:
        """float[B, T_l, C] each -> the same shapes."""
        out = []
        for x, coarse, keep, layer in zip(levels, levels[1:], keeps, self.linears):
            # The linear layer over time, with time in the middle.
            u = (layer.weight @ coarse + layer.bias.unsqueeze(-1)).relu()
            out.append(self.block(x.unsqueeze(2), u.unsqueeze(2), None if keep is None else keep.unsqueeze(2)).squeeze(2))
        return [*out, levels[-1]]


class _FineToCoarse(nn.Module):
    """Eq. 8."""

    def __init__(self, channels: int, num_levels: int, drop_path: float, path_scale: float):
        super().__init__()
        self.blocks = nn.ModuleList([SequenceBlock(channels, 1, drop_path=drop_path, init_scale=path_scale) for _ in range(num_levels - 1)])

    def forward(self, levels: list[Tensor], keeps: list[Tensor | None]) -> list[Tensor]:
        """float[B, T_l, C] each -> the same shapes."""
        out = levels[:1]
        for x, keep, block in zip(levels[1:], keeps[1:], self.blocks):
            x = x.unsqueeze(2)
            pooled = max_pool_steps(out[-1].unsqueeze(2))
            out.append((x + block(pooled, x, None if keep is None else keep.unsqueeze(2))).squeeze(2))
        return out
