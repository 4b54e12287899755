"""SegmentationHead: the pixels of the sounding objects, for the AVSBench family."""
from __future__ import annotations

import math

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F

from avreg.models.layers import take_rows
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


@MODELS.register_module()
class SegmentationHead(BaseModule):
    """One pixel decoder for several benchmarks, with an output layer each (AV-Unified, Fig. 3).

    Every stage of the pyramid is fused with the spatial audio of its second, which the prompt has weighed: the projected stage
    plus a linear map of its element-wise product with the projected audio. The stage nearest in size to the grid of the patches also
    takes the patches themselves, brought to its size, which carry the prompt's weights over space. mmsegmentation's FPN brings all
    stages to stride 4; the output layer of the batch's benchmark follows, and bilinear upsampling to the size of the masks.

    Losses, on labelled frames only. One class: binary cross-entropy + Dice. More: cross-entropy + Dice over the classes that
    occur. Benchmarks in ``matching`` add AVSBench's term that draws the masked picture and the sound together: for each stage
    KL(softmax(audio) || softmax(mean over pixels of predicted mask x stage)), times ``matching_weight``.

    Args:
        benchmarks: output channels of each; 1 = a mask, K > 1 = classes with background first.
        in_channels: channels of ``AVFeatures.pixels``, finest first.
        channels: width C of the decoder.
        audio_channels: width D of the sound and the patches.
        audio_stream: AVFeatures field of the sound; without CrossModalSPM there is no spatial audio.
        matching: benchmarks with the KL term.
        matching_weight: its weight.
        background_weight: of the background in the cross-entropy over classes; most pixels are background.
        min_area: a class that fills less than this share of a frame is not predicted in it; each of its pixels goes to the most
            probable of the others. The metric of AVSS counts every class that a frame shows or is said to show alike, so three
            stray pixels cost as much as a missed object.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: ``matching`` names a benchmark that the head does not serve.
    """

    def __init__(self,
                 benchmarks: dict[str, int],
                 in_channels: tuple[int, ...] = (24, 48, 96, 128),
                 channels: int = 64,
                 audio_channels: int = 128,
                 audio_stream: str = 'spatial_audio',
                 matching: tuple[str, ...] = (),
                 matching_weight: float = 0.5,
                 background_weight: float = 1.0,
                 min_area: float = 0.0,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if unknown := [name for name in matching if benchmarks.get(name) != 1]:
            raise ValueError(f'SegmentationHead.matching={tuple(matching)}: {unknown[0]!r} is not one of the benchmarks with a single '
                             f'mask: {[name for name, count in benchmarks.items() if count == 1]}')
        self.benchmarks, self.matching, self.matching_weight = dict(benchmarks), tuple(matching), matching_weight
        self.in_channels, self.audio_channels = tuple(in_channels), audio_channels
        self.audio_stream, self.background_weight, self.min_area = audio_stream, background_weight, min_area
        self.lateral = nn.ModuleList([nn.Conv2d(c, channels, 1) for c in in_channels])
        self.audio = nn.ModuleList([nn.Linear(audio_channels, channels) for _ in in_channels])
        self.product = nn.ModuleList([nn.Conv2d(channels, channels, 1) for _ in in_channels])
        self.patches = nn.Linear(audio_channels, channels)
        # All of mmseg.models comes along, a second of every start: only where it is needed.
        from mmseg.models.losses import DiceLoss
        from mmseg.models.necks import FPN
        self.fpn = FPN([channels] * len(in_channels), channels, num_outs=len(in_channels))
        # Only the finest level is read: the others need no convolution of their own.
        for level in range(1, len(in_channels)):
            self.fpn.fpn_convs[level] = nn.Identity()
        self.outputs = nn.ModuleDict({name: nn.Conv2d(channels, count, 3, padding=1) for name, count in benchmarks.items()})
        self.mask_dice = DiceLoss(use_sigmoid=True, naive_dice=True, eps=1.0)

    def fuse(self, feats: AVFeatures, frames: Tensor | None = None) -> tuple[list[Tensor], list[Tensor]]:
        """The stages float[F, C, h_i, w_i] fused with the sound, and the sound as each stage sees it, float[F, C].

        Args:
            feats: of the clips.
            frames: int64[F], which of the B * T frames; None: all.
        """
        feats.require('pixels', by='SegmentationHead', width=self.in_channels, key='in_channels')
        feats.require(self.audio_stream, 'patches', 'grid', by='SegmentationHead', width=self.audio_channels, key='audio_channels')

        def chosen(field: Tensor) -> Tensor:
            field = field.flatten(0, 1)
            return field if frames is None else take_rows(field, frames)

        audio = chosen(getattr(feats, self.audio_stream))
        group = None if feats.token_group is None else chosen(feats.token_group)
        patches = feats.patch_map(self.patches(chosen(feats.patches)), group, by='SegmentationHead')
        sizes = [tuple(pixels.shape[-2:]) for pixels in feats.pixels]
        nearest = min(range(len(sizes)), key=lambda i: abs(math.log(math.prod(sizes[i]) / math.prod(feats.grid))))
        if sizes[nearest] != tuple(feats.grid):
            patches = F.interpolate(patches, sizes[nearest], mode='bilinear', align_corners=False)
        stages, sounds = [], []
        for i, (pixels, lateral, project, product) in enumerate(zip(feats.pixels, self.lateral, self.audio, self.product)):
            x, sound = lateral(chosen(pixels)), project(audio)
            if i == nearest:
                x = x + patches
            stages.append(F.relu(x + product(x * sound[:, :, None, None])))
            sounds.append(sound)
        return stages, sounds

    def decode(self, stages: list[Tensor], benchmark: str) -> Tensor:
        """Logits at stride 4, float[B*T, K, H/4, W/4]."""
        return self.outputs[benchmark](F.relu(self.fpn(stages)[0]))

    def forward(self, feats: AVFeatures, benchmark: str) -> Tensor:
        """Logits at stride 4, float[B, T, K, H/4, W/4]."""
        return self.decode(self.fuse(feats)[0], benchmark).unflatten(0, feats.valid.shape)

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """Against ``gt_masks`` [T, H, W] where ``labelled`` bool[T]; all masks of a batch have one size."""
        benchmark = samples[0].benchmark
        # Frames of the padded batch that carry a mask, in the order of the masks; the others are not decoded.
        labelled = torch.zeros_like(feats.valid)
        for row, sample in zip(labelled, samples):
            row[:len(sample.labelled)] = sample.labelled
        stages, sounds = self.fuse(feats, labelled.flatten().nonzero().squeeze(1))
        # Single precision: a sum over a frame's pixels stops growing in half precision.
        logits = self.decode(stages, benchmark).float()
        masks = torch.cat([sample.gt_masks[sample.labelled] for sample in samples])
        # At the masks' own size there is nothing to do, and of 71 classes doing nothing takes long.
        enlarged = logits if logits.shape[-2:] == masks.shape[-2:] else F.interpolate(logits, masks.shape[-2:], mode='bilinear', align_corners=False)
        if self.benchmarks[benchmark] > 1:
            target, weight = masks.long(), enlarged.new_ones(enlarged.shape[1])
            weight[0] = self.background_weight
            log_probability = enlarged.log_softmax(1)
            return {'loss_ce': F.nll_loss(log_probability, target, weight), 'loss_dice': _class_dice(log_probability.exp(), target)}
        target = (masks > 0).float().unsqueeze(1)
        losses = {
            'loss_bce': F.binary_cross_entropy_with_logits(enlarged, target),
            'loss_dice': self.mask_dice(enlarged, target),
        }
        if benchmark in self.matching:
            losses['loss_matching'] = self.matching_weight * self._matching(logits, stages, sounds)
        return losses

    @staticmethod
    def _matching(logits: Tensor, stages: list[Tensor], sounds: list[Tensor]) -> Tensor:
        """Mean over stages and labelled frames of KL(sound || masked picture)."""
        terms = []
        for stage, sound in zip(stages, sounds):
            mask = F.adaptive_avg_pool2d(logits.sigmoid(), stage.shape[-2:])
            seen = (mask * stage).mean((2, 3))
            divergence = F.kl_div(seen.log_softmax(1), sound.log_softmax(1), reduction='none', log_target=True).sum(1)
            terms.append(divergence.mean())
        return torch.stack(terms).mean()

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_prob`` float[T, H, W] or ``pred_labels`` uint8[T, H, W], at the size of ``gt_masks`` where there are any,
        else at four times the size of the logits, which is that of the frames."""
        benchmark = samples[0].benchmark
        for sample, logits, valid in zip(samples, self(feats, benchmark), feats.valid):
            size = sample.gt_masks.shape[-2:] if 'gt_masks' in sample else [4 * n for n in logits.shape[-2:]]
            if self.benchmarks[benchmark] == 1:
                sample.pred_prob = F.interpolate(logits[valid], tuple(size), mode='bilinear', align_corners=False).squeeze(1).sigmoid()
            else:
                chosen = without_small_classes(logits[valid], self.min_area) if self.min_area else logits[valid]
                sample.pred_labels = enlarged_argmax(chosen, tuple(size)).to(torch.uint8)
        return samples


def without_small_classes(logits: Tensor, min_area: float) -> Tensor:
    """``logits`` float[T, K, h, w], lowest for classes that are the largest in less than ``min_area`` of a frame; background stays."""
    area = F.one_hot(logits.max(1).indices.flatten(1), logits.shape[1]).float().mean(1)
    small = area < min_area
    small[:, 0] = False
    return logits.masked_fill(small[:, :, None, None], torch.finfo(logits.dtype).min)


def enlarged_argmax(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """``F.interpolate(logits, size, mode='bilinear').argmax(1)``, without enlarging classes that are nowhere the largest.

    Between four neighbours a bilinear map stays below another one that is larger at all four. So only classes are enlarged that
    are not, in every cell of four neighbours, below the class which is the largest there on average: a few of 71.

    Args:
        logits: float[T, K, h, w].
        size: height and width of the result.

    Returns:
        int64[T, *size].
    """
    padded = F.pad(logits, (1, 1, 1, 1), mode='replicate')
    corners = torch.stack([padded[:, :, y:y + logits.shape[2] + 1, x:x + logits.shape[3] + 1] for y in (0, 1) for x in (0, 1)], 2)
    leader = corners.mean(2).max(1).indices[:, None, None].expand(-1, -1, 4, -1, -1)
    # >= keeps ties, of which argmax takes the first.
    possible = (corners >= corners.gather(1, leader)).flatten(2).any(2).any(0).nonzero().squeeze(1)
    enlarged = F.interpolate(logits[:, possible], size, mode='bilinear', align_corners=False)
    # max, not argmax: the latter takes eight times as long across rows of memory.
    return possible[enlarged.max(1).indices]


def _class_dice(probability: Tensor, target: Tensor) -> Tensor:
    """1 - Dice, mean over the classes that occur in ``target``. probability float[N, K, H, W], target int64[N, H, W]."""
    target_probability = probability.gather(1, target.unsqueeze(1)).flatten()
    overlap = probability.new_zeros(probability.shape[1], dtype=target_probability.dtype).index_add(0, target.flatten(), target_probability)
    area = target.flatten().bincount(minlength=len(overlap))
    dice = (2 * overlap + 1) / (probability.sum((0, 2, 3)) + area + 1)
    return 1 - dice[area > 0].mean()
