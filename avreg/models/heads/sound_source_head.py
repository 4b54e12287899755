"""SoundSourceHead: the mask of what sounds in each frame, and a sentence about it (F-Music, F-Lifescene)."""
from __future__ import annotations

from typing import NamedTuple

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import interpolate, pad

from avreg.benchmarks import CaptionTokenizer
from avreg.models.layers import CaptionDecoder, HierarchicalExperts, MaskCollaboration, SoundMaskDecoder
from avreg.models.losses import focal_cross_entropy
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


class _Scene(NamedTuple):
    """What F of the B * T frames of a batch give to the decoders.

    Args:
        index: int64[F], their places.
        clip: int64[F], the clip of each.
        audio: float[F, D].
        fused: F_att at strides 16 and 32, float[F, D, h_i, w_i].
        pixels: strides 4 and 8 of the pyramid, float[F, C_i, h_i, w_i].
        frames: float[F, 3, H, W], where the head reads them.
    """

    index: Tensor
    clip: Tensor
    audio: Tensor
    fused: list[Tensor]
    pixels: list[Tensor]
    frames: Tensor | None


@MODELS.register_module()
class SoundSourceHead(BaseModule):
    """The decoders of SSUFormer (Fig. 5), on the features of MultiModalIntegration: SoundMaskDecoder finds the mask; CaptionDecoder says
    the sentence, looking at F_att and the sound of its frame. Every part can be left out, as in the paper's Tables II and V.

    Loss (Eq. 4 and 6): a Dice + (1 - a) Focal + L_clip. Dice is that of a clip, over all its annotated frames together: a frame in
    which nothing sounds has no Dice of its own. A decoder that stands alone has weight 1. L_clip (Eq. 5) is the distance of the
    embeddings of the masked frame and of the caption, which enters as the probabilities of its tokens: it teaches both decoders.

    Args:
        channels: width D of the sound and of F_att.
        in_channels: channels of ``AVFeatures.pixels``, finest first.
        masks: arguments of SoundMaskDecoder; None: no masks (SSU-D).
        captions: arguments of CaptionDecoder; None: no sentences (SSU-S).
        region_encoder: config of CLIPRegionEncoder or EmbeddedRegionEncoder for MaskCollaboration, whose tokens of the masked frame
            the sentence looks at too; None: without it.
        regional_consistency: L_clip; needs the region encoder.
        expert: config of LlavaExpert or EmbeddedExpert for HierarchicalExperts; None: without it. In training it is shown the
            frames with the true masks, in prediction with the predicted ones.
        gamma: of the focal loss; 0: cross-entropy.
        mask_weight: a.
        consistency_weight: of L_clip; 1 in Eq. 6.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: neither masks nor captions, or a part without what it reads.
    """

    benchmarks = ('f_music', 'f_lifescene')

    def __init__(self,
                 channels: int = 128,
                 in_channels: tuple[int, ...] = (24, 48, 96, 128),
                 masks: dict | None = dict(),
                 captions: dict | None = dict(tokenizer=dict(type=CaptionTokenizer)),
                 region_encoder: dict | None = None,
                 regional_consistency: bool = False,
                 expert: dict | None = None,
                 gamma: float = 2.0,
                 mask_weight: float = 0.25,
                 consistency_weight: float = 1.0,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if masks is None and captions is None:
            raise ValueError('SoundSourceHead has neither masks nor captions')
        for name, part in (('region_encoder', region_encoder), ('expert', expert)):
            if part is not None and None in (masks, captions):
                raise ValueError(f'SoundSourceHead.{name} shows the masked frame to the captions: it needs both masks and captions')
        if regional_consistency and region_encoder is None:
            raise ValueError('SoundSourceHead(regional_consistency=True) compares embeddings of a region_encoder, and none is given')
        self.channels, self.in_channels = channels, tuple(in_channels)
        self.regional_consistency, self.gamma = regional_consistency, gamma
        self.mask_weight, self.consistency_weight = mask_weight, consistency_weight
        # AVModel then hands over the frames.
        self.reads_frames = region_encoder is not None or expert is not None
        self.mask_decoder = self.caption_decoder = self.collaboration = self.experts = None
        if masks is not None:
            self.mask_decoder = SoundMaskDecoder(in_channels[:2], channels, **masks)
        if region_encoder is not None:
            self.collaboration = MaskCollaboration(region_encoder, channels)
        if captions is not None:
            experts = HierarchicalExperts(expert, channels) if expert is not None else None
            self.caption_decoder = CaptionDecoder(channels=channels, mixture=experts, **captions)
            # What kind of thing a token of the memory is: sound, stride 16, stride 32, region.
            self.kinds = nn.Parameter(torch.randn(4 if self.collaboration else 3, channels) * 0.15)
            self.heard = nn.Linear(channels, channels)

    @property
    def expert(self) -> nn.Module | None:
        """Expert 1."""
        mixture = self.caption_decoder.network.mixture if self.caption_decoder else None
        return mixture.expert if mixture is not None else None

    def select(self, feats: AVFeatures, index: Tensor) -> _Scene:
        """What the frames ``index`` int64[F], of the B * T, give to the decoders."""
        feats.require('fused', 'valid', *(['frames'] if self.reads_frames else []), by='SoundSourceHead')
        feats.require('audio', by='SoundSourceHead', width=self.channels)
        feats.require('pixels', by='SoundSourceHead', width=self.in_channels, key='in_channels')

        def chosen(field: Tensor) -> Tensor:
            field = field.flatten(0, 1)
            # The channels last: a selection would not keep them so, and the convolutions would have to turn them.
            return field.index_select(0, index) if field.ndim < 4 else field.permute(0, 2, 3, 1).index_select(0, index).permute(0, 3, 1, 2)

        return _Scene(index, index // feats.valid.shape[1], chosen(feats.audio), [chosen(x) for x in feats.fused],
                      [chosen(x) for x in feats.pixels[:2]], chosen(feats.frames) if self.reads_frames else None)

    def remember(self, scene: _Scene, mask: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """What the sentence of each frame looks at, float[F, M, D]; and the embedding of the masked frame, float[F, E], if one is made.

        Args:
            scene: the frames.
            mask: float[F, h, w], the predicted one.
        """
        parts = [scene.audio.unsqueeze(1), *(x.flatten(2).transpose(1, 2) for x in scene.fused)]
        embedding = None
        if self.collaboration is not None:
            tokens, embedding = self.collaboration(scene.frames, mask)
            parts.append(tokens)
        memory = torch.cat([part + kind for part, kind in zip(parts, self.kinds)], 1)
        # In Eq. 2 the sound is only a query, so F_att holds nothing of what it is, and one token of ninety is at first hardly looked at.
        return memory + self.heard(scene.audio).unsqueeze(1), embedding

    def consult(self, scene: _Scene, mask: Tensor, valid: Tensor, samples: list[AVDataSample]) -> dict[str, Tensor] | None:
        """What HierarchicalExperts is given for the frames; None without it.

        Args:
            scene: the frames.
            mask: float[F, h, w], what of each frame expert 1 is shown.
            valid: bool[B, T].
            samples: of the clips.
        """
        if self.expert is None:
            return None
        seen = interpolate(mask.unsqueeze(1), scene.frames.shape[-2:], mode='bilinear', align_corners=False) > 0.5
        regions = scene.frames.new_zeros(valid.numel(), *scene.frames.shape[1:])
        regions = regions.index_copy(0, scene.index, scene.frames * seen).unflatten(0, valid.shape)
        states, there = self.expert(regions, valid, samples)
        fused = torch.cat([x.flatten(2) for x in scene.fused], 2).mean(2)
        return dict(frame=fused, expert=states.index_select(0, scene.clip), expert_valid=there.index_select(0, scene.clip))

    def forward(self, feats: AVFeatures, samples: list[AVDataSample]) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """Of the F frames that there are, clip after clip, those that the head makes: the sound masks at stride 4, float[F, h, w] in 0..1; the
        tokens of the sentences, int64[F, N]; the weights of expert 1 for the tokens behind the first, float[F, N - 1]."""
        scene = self.select(feats, feats.valid.flatten().nonzero().squeeze(1))
        mask = tokens = router = None
        if self.mask_decoder is not None:
            mask = self.mask_decoder(scene.audio, scene.fused, scene.pixels)
        if self.caption_decoder is not None:
            memory, _ = self.remember(scene, mask)
            expert = self.consult(scene, mask, feats.valid, samples)
            tokens = self.caption_decoder.generate(memory, expert)
            if expert is not None:
                _, router = self.caption_decoder(tokens[:, :-1], memory, expert)
        return mask, tokens, router

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """Against ``gt_masks`` [T, H, W] and ``gt_captions`` int64[T, N], where ``labelled`` bool[T]; the masks of a batch have one size."""
        labelled = torch.zeros_like(feats.valid)
        for row, sample in zip(labelled, samples):
            row[:len(sample.labelled)] = sample.labelled
        scene = self.select(feats, labelled.flatten().nonzero().squeeze(1))
        losses, mask, truth = {}, None, None
        if self.mask_decoder is not None:
            truth = torch.cat([sample.gt_masks[sample.labelled] for sample in samples]).float()
            mask = self.mask_decoder(scene.audio, scene.fused, scene.pixels)
            enlarged = interpolate(mask.unsqueeze(1), truth.shape[-2:], mode='bilinear', align_corners=False).squeeze(1)
            weight = self.mask_weight if self.caption_decoder is not None else 1.0
            losses['loss_dice'] = weight * clip_dice(enlarged, truth, scene.clip, len(samples))
        if self.caption_decoder is None:
            return losses
        captions = _padded([sample.gt_captions[sample.labelled] for sample in samples])
        targets, counts = self.caption_decoder.targets(captions)
        longest = int(counts.sum(1).max())
        captions, targets, counts = captions[:, :longest], targets[:, :longest], counts[:, :longest]
        memory, embedding = self.remember(scene, mask)
        logits, _ = self.caption_decoder(captions, memory, self.consult(scene, truth, feats.valid, samples))
        weight = 1 - self.mask_weight if self.mask_decoder is not None else 1.0
        losses['loss_caption'] = weight * focal_cross_entropy(logits[counts], targets[counts], self.gamma).mean()
        if self.collaboration is not None:
            encoder = self.collaboration.region_encoder
            seen = interpolate(truth.unsqueeze(1), scene.frames.shape[-2:], mode='bilinear', align_corners=False) > 0.5
            losses |= encoder.loss(scene.frames * seen, targets, counts)
            if self.regional_consistency:
                said = encoder.encode_captions(self.caption_decoder.tokenizer.start, logits.softmax(-1), counts)
                losses['loss_clip'] = self.consistency_weight * (embedding - said).norm(dim=-1).mean()
        return losses

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_prob`` float[T, H, W], at the size of ``gt_masks`` where there are any, else at four times the size of the
        mask, which is that of the frames; ``pred_descriptions``, T strings; and, with experts, ``maps['router']`` float[T, N], the
        weight of expert 1 for each token of the sentence."""
        mask, tokens, router = self(feats, samples)
        lengths = feats.valid.sum(1).tolist()
        if mask is not None:
            for sample, prob in zip(samples, mask.split(lengths)):
                size = sample.gt_masks.shape[-2:] if 'gt_masks' in sample else [4 * n for n in prob.shape[-2:]]
                sample.pred_prob = interpolate(prob.unsqueeze(1), tuple(size), mode='bilinear', align_corners=False).squeeze(1)
        if tokens is not None:
            for sample, rows in zip(samples, tokens.split(lengths)):
                sample.pred_descriptions = self.caption_decoder.decode(rows)
        if router is not None:
            for sample, weights in zip(samples, router.split(lengths)):
                sample.maps = {'router': weights}
        return samples


def clip_dice(prob: Tensor, truth: Tensor, clip: Tensor, num_clips: int) -> Tensor:
    """1 - Dice of each clip over all its frames, mean over the clips that have any.

    With squares in the denominator (V-Net): without them a mask that is the same everywhere is best at 1, where the sigmoid learns
    nothing any more; with them at the root of the true share.

    Args:
        prob, truth: float[F, H, W] in 0..1.
        clip: int64[F], the clip of each frame.
        num_clips: how many there are.
    """
    # Single precision: sums over pixels.
    prob, truth = prob.float(), truth.float()
    sums = torch.stack([(prob * truth).sum((1, 2)), prob.square().sum((1, 2)) + truth.square().sum((1, 2)), torch.ones_like(prob[:, 0, 0])])
    overlap, size, frames = sums.new_zeros(3, num_clips).index_add(1, clip, sums)
    return (1 - (2 * overlap + 1) / (size + 1))[frames > 0].mean()


def _padded(captions: list[Tensor]) -> Tensor:
    """int64[T_i, N_i] of the clips, one below the other, int64[F, N]."""
    longest = max(tokens.shape[1] for tokens in captions)
    return torch.cat([pad(tokens, (0, longest - tokens.shape[1])) for tokens in captions])
