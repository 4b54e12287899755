"""CCNet written plainly, one layer after the other, channels first, with the keys of the official checkpoint.

Gates are loose and masks in the right order, as avreg's defaults.
"""
from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Norm(nn.Module):
    """LayerNorm over the channels of [B, C, T]."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(1, channels, 1)), nn.Parameter(torch.zeros(1, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        centred = x - x.mean(1, keepdim=True)
        return centred / torch.sqrt(centred.square().mean(1, keepdim=True) + 1e-5) * self.weight + self.bias


class MaskedConv(nn.Module):
    """Convolution, then the mask of the steps that remain."""

    def __init__(self, in_channels: int, out_channels: int, kernel: int = 3, stride: int = 1, groups: int = 1, bias: bool = False):
        super().__init__()
        self.stride = stride
        self.conv = nn.Conv1d(in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=bias)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x [B, C, T], mask [B, 1, T]."""
        return self.conv(x) * mask[..., ::self.stride]


class Attention(nn.Module):
    """Convolved, normed and projected queries, keys and values."""

    def __init__(self, channels: int, heads: int, stride: int = 1):
        super().__init__()
        self.heads, self.stride = heads, stride
        for name in ('query', 'key', 'value'):
            setattr(self, f'{name}_conv', MaskedConv(channels, channels, 3, stride, channels))
            setattr(self, f'{name}_norm', Norm(channels))
            setattr(self, name, nn.Conv1d(channels, channels, 1))
        self.proj = nn.Conv1d(channels, channels, 1)

    def attend(self, query: Tensor, x: Tensor, mask: Tensor, mask_keys: bool = True) -> Tensor:
        """query, x [B, C, T], mask [B, 1, T] -> [B, C, T / stride]."""
        q = self.query(self.query_norm(self.query_conv(query, mask)))
        k = self.key(self.key_norm(self.key_conv(x, mask)))
        v = self.value(self.value_norm(self.value_conv(x, mask)))
        mask = mask[..., ::self.stride]
        B, C, T = q.shape
        q, k, v = (y.view(B, self.heads, C // self.heads, -1).transpose(2, 3) for y in (q, k, v))
        scores = (q * (1 / math.sqrt(C // self.heads))) @ k.transpose(2, 3)
        if mask_keys:
            scores = scores.masked_fill(~mask[:, :, None, :].bool(), float('-inf'))
        out = F.softmax(scores, -1) @ (v * mask[:, :, :, None].to(v.dtype))
        return self.proj(out.transpose(2, 3).contiguous().view(B, C, -1)) * mask


class Scale(nn.Module):
    """The learned scale of a path."""

    def __init__(self, channels: int):
        super().__init__()
        self.scale = nn.Parameter(torch.full((1, channels, 1), 1e-4))

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        return x * self.scale


class Block(nn.Module):
    """Attention and feed-forward network."""

    def __init__(self, channels: int, heads: int, hidden: int, stride: int = 1):
        super().__init__()
        self.stride = stride
        self.ln11, self.ln12, self.ln2 = Norm(channels), Norm(channels), Norm(channels)
        self.attn = Attention(channels, heads, stride)
        self.mlp = nn.Sequential(nn.Conv1d(channels, hidden, 1), nn.GELU(), nn.Identity(), nn.Conv1d(hidden, channels, 1))
        self.drop_path_attn, self.drop_path_mlp = Scale(channels), Scale(channels)

    def forward(self, x: Tensor, query: Tensor, mask: Tensor, mask_keys: bool = True) -> Tensor:
        """x, query [B, C, T], mask [B, 1, T] -> [B, C, T / stride]."""
        attended = self.attn.attend(self.ln12(query), self.ln11(x), mask, mask_keys)
        skip = x if self.stride == 1 else F.max_pool1d(x, 3, 2, 1)
        mask = mask[..., ::self.stride]
        y = skip * mask + self.drop_path_attn(attended)
        return y + self.drop_path_mlp(self.mlp(self.ln2(y)) * mask)


class Gate(Attention):
    """One number a step."""

    def __init__(self, channels: int, heads: int, stride: int):
        super().__init__(channels, heads, stride)
        self.ln11, self.ln12 = Norm(channels), Norm(channels)
        self.gate_linear = MaskedConv(channels, 1, 1, bias=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """[B, C, T] -> [B, 1, T / stride]."""
        attended = self.attend(self.ln12(x), self.ln11(x), mask, mask_keys=self.stride == 1)
        return torch.sigmoid(self.gate_linear(attended, mask[..., ::self.stride]))


class Backbone(nn.Module):
    """Embedding, unimodal blocks and CMCC."""

    def __init__(self, visual: int, audio: int, D: int, T: int, levels: int):
        super().__init__()
        self.embd_V = nn.ModuleList([MaskedConv(visual, D), MaskedConv(D, D)])
        self.embd_A = nn.ModuleList([MaskedConv(audio, D), MaskedConv(D, D)])
        self.embd_norm_V, self.embd_norm_A = (nn.ModuleList([Norm(D), Norm(D)]) for _ in range(2))
        self.self_att_V, self.self_att_A = (nn.ModuleList([Block(D, 4, 4 * D) for _ in range(2)]) for _ in range(2))
        self.ori_CMI_Visual, self.ori_CMI_Audio = Block(D, 4, 4 * D), Block(D, 4, 4 * D)
        self.CMI_Visual, self.CMI_Audio = (nn.ModuleList([Block(D, 4, 4 * D, 2) for _ in range(levels - 1)]) for _ in range(2))
        self.visual_TCG, self.audio_TCG = (nn.ModuleList([Gate(D, 4, 2 if i else 1) for i in range(levels)]) for _ in range(2))
        table = torch.zeros(1, D, T)
        for p in range(T):
            for c in range(D):
                angle = p / 10000**(2 * (c // 2) / D)
                table[0, c, p] = (math.cos(angle) if c % 2 else math.sin(angle)) / math.sqrt(D)
        self.register_buffer('position', table, persistent=False)

    def forward(self, V: Tensor, A: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Features [B, C, T] and mask [B, 1, T] -> levels [B, 2D, T_l] and masks."""
        pair = []
        for x, convs, norms, blocks in ((V, self.embd_V, self.embd_norm_V, self.self_att_V),
                                        (A, self.embd_A, self.embd_norm_A, self.self_att_A)):
            for conv, norm in zip(convs, norms):
                x = torch.relu(norm(conv(x, mask)))
            x = x + self.position * mask
            for block in blocks:
                x = block(x, x, mask)
            pair.append(x)
        V, A = pair
        levels, masks = [], []
        for i, (visual_gate, audio_gate) in enumerate(zip(self.visual_TCG, self.audio_TCG)):
            visual, audio = (self.CMI_Visual[i - 1], self.CMI_Audio[i - 1]) if i else (self.ori_CMI_Visual, self.ori_CMI_Audio)
            new_V, new_A, g_V, g_A = visual(V, A, mask), audio(A, V, mask), visual_gate(V, mask), audio_gate(A, mask)
            V, A = new_V + new_V * g_A, new_A + new_A * g_V
            if i:
                mask = mask[..., ::2]
            levels.append(torch.cat([V, A], 1))
            masks.append(mask)
        return levels, masks


class MTGCBlock(nn.Module):
    """C2F, TDM and F2C."""

    def __init__(self, D: int, K: int, T: int, levels: int, E: int = 128):
        super().__init__()
        C, self.K, self.E = 2 * D, K, E
        lengths = [T >> i for i in range(levels)]
        self.C2F_attention = Block(C, 4, 4 * C)
        self.C2F_linear = nn.ModuleList([nn.Linear(lengths[i + 1], lengths[i]) for i in range(levels - 1)])
        self.feature_expand, self.feature_squeeze = MaskedConv(C, K * E), MaskedConv(K * E, C)
        self.feature_tem_press = MaskedConv(C, E)
        self.channel_att = nn.ModuleList([Block(length, 1, E) for length in lengths])
        self.feature_tem_block = nn.ModuleList([nn.Linear(length, length * K) for length in lengths])
        self.temporal_branch, self.cooccur_branch = Block(E, 1, E), Block(E, 1, E)
        self.F2C_attention_block = nn.ModuleList([Block(C, 1, 4 * C) for _ in range(levels - 1)])

    def dependency(self, x: Tensor, mask: Tensor, i: int) -> Tensor:
        """TDM of level i, [B, 2D, T]."""
        B, _, T = x.shape
        K, E = self.K, self.E
        expanded = torch.relu(self.feature_expand(x, mask)).view(B, K, E, T)
        pressed = torch.relu(self.feature_tem_press(x, mask)).transpose(1, 2)
        pressed = self.channel_att[i](pressed, pressed, torch.ones(B, 1, E, device=x.device)).transpose(1, 2)
        expanded = expanded + torch.relu(self.feature_tem_block[i](pressed)).reshape(B, K, E, T)
        steps = expanded.reshape(B * K, E, T)
        temporal = self.temporal_branch(steps, steps, mask.repeat_interleave(K, 0)).view(B, K, E, T)
        classes = expanded.permute(0, 3, 2, 1).reshape(B * T, E, K)
        together = mask.transpose(1, 2).reshape(B * T, 1, 1).expand(-1, -1, K)
        cooccurrence = self.cooccur_branch(classes, classes, together, mask_keys=False).view(B, T, E, K).permute(0, 3, 2, 1)
        return self.feature_squeeze((temporal + cooccurrence).reshape(B, K * E, T), mask)

    def forward(self, levels: list[Tensor], masks: list[Tensor]) -> list[Tensor]:
        """Levels [B, 2D, T_l] -> the same shapes."""
        refined = [self.C2F_attention(z, torch.relu(linear(coarse)), mask)
                   for z, coarse, mask, linear in zip(levels, levels[1:], masks, self.C2F_linear)] + levels[-1:]
        refined = [self.dependency(x, mask, i) for i, (x, mask) in enumerate(zip(refined, masks))]
        out = refined[:1]
        for x, mask, block in zip(refined[1:], masks[1:], self.F2C_attention_block):
            out.append(x + block(F.max_pool1d(out[-1], 3, 2, 1), x, mask))
        return out


class Head(nn.Module):
    """Classification or regression."""

    def __init__(self, channels: int, hidden: int, last: str, outputs: int, levels: int = 0):
        super().__init__()
        self.head = nn.ModuleList([MaskedConv(channels, hidden), MaskedConv(hidden, hidden)])
        self.norm = nn.ModuleList([Norm(hidden), Norm(hidden)])
        self.last = last
        setattr(self, last, MaskedConv(hidden, outputs, bias=True))
        if levels:
            self.scale = nn.ModuleList([Scalar() for _ in range(levels)])

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """[B, 2D, T] -> [B, outputs, T]."""
        for conv, norm in zip(self.head, self.norm):
            x = torch.relu(norm(conv(x, mask)))
        return getattr(self, self.last)(x, mask)


class Scalar(nn.Module):
    """A learned number."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))


class PlainCCNet(nn.Module):
    """All of it; ``load_state_dict`` takes the official checkpoint."""

    def __init__(self, visual: int = 2048, audio: int = 128, D: int = 512, head: int = 512, K: int = 100, T: int = 256, levels: int = 6):
        super().__init__()
        self.K = K
        self.backbone = Backbone(visual, audio, D, T, levels)
        self.MTGC_block = MTGCBlock(D, K, T, levels)
        self.cls_head = Head(2 * D, head, 'cls_head', K)
        self.reg_head = Head(2 * D, head, 'offset_head', 2 * K, levels)

    def forward(self, visual: Tensor, audio: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        """[B, C, T] and mask [B, 1, T] -> by level logits [B, T_l, K], offsets [B, T_l, K, 2] and masks [B, 1, T_l]."""
        levels, masks = self.backbone(visual * mask, audio * mask, mask)
        levels = self.MTGC_block(levels, masks)
        logits, offsets = [], []
        for x, mask, scale in zip(levels, masks, self.reg_head.scale):
            logits.append(self.cls_head(x, mask).transpose(1, 2))
            offset = torch.relu(self.reg_head(x, mask) * scale.scale).transpose(1, 2)
            offsets.append(offset.reshape(*offset.shape[:2], self.K, 2))
        return logits, offsets, masks


def plain_targets(points: list[list[float]], events: list[tuple[float, float, int]], K: int) -> tuple[np.ndarray, np.ndarray]:
    """Label assignment of one video, point by point and event by event: classes [P, K], offsets [P, K, 2]."""
    classes, offsets = np.zeros((len(points), K), np.float32), np.zeros((len(points), K, 2), np.float32)
    for p, (t, low, high, stride) in enumerate(points):
        for start, end, label in events:
            left, right = t - start, end - t
            if left > 0 and right > 0 and low <= max(left, right) <= high:
                classes[p, label] = 1
                offsets[p, label] = left / stride, right / stride
    return classes, offsets


def plain_losses(logits: Tensor, offsets: Tensor, valid: Tensor, classes: Tensor, targets: Tensor,
                 normalizer: float) -> tuple[Tensor, Tensor]:
    """Focal and distance-IoU loss. logits [B, P, K], offsets [B, P, K, 2], valid [B, P], targets likewise."""
    logits, y = logits[valid], classes[valid]
    p = torch.sigmoid(logits)
    bce = F.binary_cross_entropy_with_logits(logits, y, reduction='none')
    p_t, alpha = p * y + (1 - p) * (1 - y), 0.25 * y + 0.75 * (1 - y)
    focal = (alpha * (1 - p_t)**2 * bce).sum() / normalizer
    pred, true = offsets[valid][y > 0], targets[valid][y > 0]
    both = torch.min(pred[:, 0], true[:, 0]) + torch.min(pred[:, 1], true[:, 1])
    hull = torch.max(pred[:, 0], true[:, 0]) + torch.max(pred[:, 1], true[:, 1])
    centres = ((pred[:, 1] - pred[:, 0]) - (true[:, 1] - true[:, 0])) / 2
    iou = both / (pred.sum(1) + true.sum(1) - both).clamp(min=1e-8)
    return focal, (1 - iou + (centres / hull.clamp(min=1e-8))**2).sum() / normalizer


def plain_soft_nms(segments: np.ndarray, scores: np.ndarray, labels: np.ndarray, limit: int = 100, sigma: float = 0.4,
                   floor: float = 0.001) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Class after class: the best, then what is left of the others, until nothing is left. segments [N, 2]."""
    kept: list[tuple[float, int, np.ndarray]] = []
    for label in np.unique(labels):
        own, left = segments[labels == label], scores[labels == label].copy()
        while len(left):
            best = int(left.argmax())
            segment, score = own[best], left[best]
            kept.append((float(score), int(label), segment))
            own, left = np.delete(own, best, 0), np.delete(left, best)
            both = np.maximum(np.minimum(own[:, 1], segment[1]) - np.maximum(own[:, 0], segment[0]), 0)
            iou = both / ((own[:, 1] - own[:, 0] + 1e-6) + (segment[1] - segment[0] + 1e-6) - both)
            left = left * np.exp(-iou**2 / sigma)
            own, left = own[left >= floor], left[left >= floor]
    kept.sort(key=lambda one: -one[0])
    kept = kept[:limit]
    return np.array([k[2] for k in kept]), np.array([k[0] for k in kept]), np.array([k[1] for k in kept])
