"""TemporalDependency: relations of steps and of classes, with features of their own for every class (TDM of CCNet's MTGC)."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from avreg.models.layers import SequenceBlock, TemporalConv, zero_bias_linear

# Without gradients on a CPU the branches go through so many numbers at once, which then stay in the cache.
_CHUNK = 1 << 18


class TemporalDependency(nn.Module):
    """E features for each of K classes at each step; attention over the steps of a class (temporal branch) and over the classes of a
    step (co-occurrence branch), added, and back to C channels. All weights but those over time serve every level.

    The published code adds to the expanded features a second reading of the level, which the paper does not mention (channel
    attention): E features as a sequence over their T_l values, then a linear layer to K * T_l, whose result [E, K * T_l] is read in memory
    as [K, E, T_l]; each class mixes several features.

    Args:
        channels: width C of the levels.
        num_classes: K.
        class_channels: E.
        lengths: T_l of the levels.
        tiled_masks: see :class:`~avreg.models.necks.MTGC`.
        drop_path: probability of stochastic depth.
        path_scale: where the scales of the residual paths start.
    """

    def __init__(self, channels: int, num_classes: int, class_channels: int, lengths: list[int], tiled_masks: bool, drop_path: float,
                 path_scale: float):
        super().__init__()
        E = class_channels
        self.num_classes, self.lengths, self.tiled_masks = num_classes, tuple(lengths), tiled_masks
        self.expand = TemporalConv(channels, num_classes * E)
        self.press = TemporalConv(channels, E)
        self.channel_blocks = nn.ModuleList([SequenceBlock(T, 1, E, drop_path=drop_path, init_scale=path_scale) for T in lengths])
        self.channel_linears = nn.ModuleList([zero_bias_linear(T, T * num_classes) for T in lengths])
        self.temporal = SequenceBlock(E, 1, E, drop_path=drop_path, init_scale=path_scale)
        self.cooccurrence = SequenceBlock(E, 1, E, drop_path=drop_path, init_scale=path_scale)
        self.squeeze = TemporalConv(num_classes * E, channels)

    def forward(self, levels: list[Tensor], keeps: list[Tensor | None]) -> list[Tensor]:
        """float[B, T_l, C] each -> the same shapes; ``keeps`` bool[B, T_l, 1]."""
        # All levels in a row: the two large weights are read once.
        x = torch.cat(levels, 1)
        keep = None if keeps[0] is None else torch.cat(keeps, 1)
        pressed = self.press(x, keep, self.lengths).relu()
        x = self.expand(x, keep, self.lengths).relu()
        added = [self._channel_attention(level, *layers)
                 for level, *layers in zip(pressed.split(self.lengths, 1), self.channel_blocks, self.channel_linears)]
        x = self._sum(x, added).unflatten(2, (self.num_classes, -1))
        x = self._branches(x, keep, keeps)
        return list(self.squeeze(x.flatten(2), keep, self.lengths).split(self.lengths, 1))

    @staticmethod
    def _sum(x: Tensor, added: list[Tensor]) -> Tensor:
        """float[B, sum T_l, K * E] plus those of its levels."""
        if torch.is_grad_enabled():
            return x + torch.cat(added, 1)
        for part, level in zip(x.split([level.shape[1] for level in added], 1), added):
            part += level
        return x

    def _channel_attention(self, pressed: Tensor, block: SequenceBlock, layer: nn.Linear) -> Tensor:
        """float[B, T_l, E] -> float[B, T_l, K * E]."""
        B, T, E = pressed.shape
        x = block(pressed.transpose(1, 2).unsqueeze(2)).squeeze(2)
        # Row e * K + j of [K * E, T_l] is what the rows j * T_l ... of the linear layer make of feature e. One product for every step gives
        # them with the steps first, so that nothing of that size is transposed.
        weight = layer.weight.view(self.num_classes, T, T).permute(1, 2, 0)
        bias = layer.bias.view(self.num_classes, T).t().unsqueeze(1)
        y = torch.baddbmm(bias, x.reshape(1, B * E, T).expand(T, -1, -1), weight).relu()
        return y.view(T, B, E * self.num_classes).transpose(0, 1)

    def _branches(self, x: Tensor, keep: Tensor | None, keeps: list[Tensor | None]) -> Tensor:
        """float[B, S, K, E], S steps of all levels in a row -> the sum of both branches."""
        masks = [self._temporal_mask(k) for k in keeps]
        if torch.is_grad_enabled() or x.device.type != 'cpu':
            temporal = torch.cat([self.temporal(part, keep=mask) for part, mask in zip(x.split(self.lengths, 1), masks)], 1)
            return temporal + self._over_classes(x, keep)
        out = torch.empty_like(x)
        for level, target, mask in zip(x.split(self.lengths, 1), out.split(self.lengths, 1), masks):
            size = max(1, _CHUNK // (level.shape[1] * level.shape[3]))
            for video in range(len(level)):
                of_video = None if mask is None else mask[video:video + 1]
                for low in range(0, self.num_classes, size):
                    classes = slice(low, low + size)
                    part = of_video if of_video is None or of_video.shape[2] == 1 else of_video[:, :, classes]
                    target[video:video + 1, :, classes] = self.temporal(level[video:video + 1, :, classes].contiguous(), keep=part)
        x, flat, kept = x.flatten(0, 1), out.flatten(0, 1), None if keep is None else keep.flatten(0, 1)
        size = max(1, _CHUNK // x[0].numel())
        for low in range(0, len(x), size):
            steps = slice(low, low + size)
            flat[steps] += self._over_classes(x[steps].unsqueeze(0), None if kept is None else kept[steps].unsqueeze(0))[0]
        return out

    def _over_classes(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """The co-occurrence branch, float[B, S, K, E]: at a padded step nothing is masked, but all that comes out is zero."""
        mask = None if keep is None else keep.flatten(0, 1)[:, :, None, None]
        return self.cooccurrence(x.flatten(0, 1).unsqueeze(2), keep=mask, mask_keys=False).squeeze(2).unflatten(0, x.shape[:2])

    def _temporal_mask(self, keep: Tensor | None) -> Tensor | None:
        """bool[B, T_l, 1] -> bool[B, T_l, 1 or K, 1], the steps that a class of a video sees."""
        if keep is None or not self.tiled_masks:
            return None if keep is None else keep.unsqueeze(2)
        # Sequence b * K + k has the mask of video (b * K + k) mod B.
        B = len(keep)
        video = torch.arange(B * self.num_classes, device=keep.device).view(B, self.num_classes) % B
        return keep[video, :, 0].transpose(1, 2).unsqueeze(-1)
