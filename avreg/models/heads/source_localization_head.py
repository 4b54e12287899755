"""SourceLocalizationHead: where in the frame the sound comes from, learned from pairs without labels (VGG-SS)."""
from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from avreg.models.layers import gather_rows
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


@MODELS.register_module()
class SourceLocalizationHead(BaseModule):
    """Cosine similarity of the sound and every patch; multiple-instance contrastive learning.

    A sound belongs to some patch of its own clip and to none of the others': s_ij = max over the patches m of clip j of
    cos(audio_i, patch_jm) / temperature; the loss is the cross-entropy of s_ii among the row (which clip does this sound
    belong to) plus that among the column (which sound belongs to this clip), halved.

    Args:
        channels: width D.
        audio_stream: AVFeatures field of the sound.
        patch_stream: AVFeatures field of the patches. Once necks have put a clip's sound into its patches, or the patches into
            its sound, pairs are told by that and not by what is seen: the contrast then teaches nothing about places.
            ``'encoded_audio'`` and ``'encoded_patches'`` avoid it.
        temperature: of the similarities in the loss.
        floor: similarities below it count as none, and are raised to it in predictions. The metric of VGG-SS compares the upper
            half of a heat map with the boxes: only a map whose lower values are equal can mark less than half of the frame.
        benchmarks: those that it serves, ``['vggss', 'flickr_soundnet']``; None: the one that it stands under in ``model.heads``.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self,
                 channels: int = 128,
                 audio_stream: str = 'spatial_audio',
                 patch_stream: str = 'patches',
                 temperature: float = 0.07,
                 floor: float = -1.0,
                 benchmarks: Sequence[str] | None = None,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels = channels
        self.audio_stream, self.patch_stream = audio_stream, patch_stream
        self.temperature, self.floor = temperature, floor
        if benchmarks is not None:
            self.benchmarks = tuple(benchmarks)
        self.audio = nn.Linear(channels, channels)
        self.patch = nn.Linear(channels, channels)

    def embed(self, feats: AVFeatures) -> tuple[Tensor, Tensor]:
        """Unit vectors of the sound, the mean over the clip's segments, float[B, D], and of the patches, float[B, T, M, D]."""
        feats.require(self.audio_stream, self.patch_stream, 'grid', 'valid', by='SourceLocalizationHead', width=self.channels)
        valid = feats.valid.unsqueeze(-1)
        audio = (self.audio(getattr(feats, self.audio_stream)) * valid).sum(1) / valid.sum(1)
        return normalize(audio, dim=-1), normalize(self.patch(getattr(feats, self.patch_stream)), dim=-1)

    def forward(self, feats: AVFeatures) -> Tensor:
        """Similarity in [-1, 1] of each clip's sound and its patches, float[B, T, h, w]."""
        audio, patches = self.embed(feats)
        similarity = torch.einsum('bd,btmd->btm', audio, patches).flatten(0, 1).unsqueeze(-1)
        group = None if feats.token_group is None else feats.token_group.flatten(0, 1)
        return feats.patch_map(similarity, group, by='SourceLocalizationHead').squeeze(1).unflatten(0, patches.shape[:2])

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """The contrast between the pairs of the batch, of all processes together; no annotation is read.

        Raises:
            ValueError: a single pair, which nothing contrasts with.
        """
        audio, patches = self.embed(feats)
        similarity = torch.einsum('id,jtmd->ijtm', gather_rows(audio), patches)
        padding = ~feats.valid[None, :, :, None]
        similarity = similarity.masked_fill(padding, -1).flatten(2).amax(2) / self.temperature
        similarity = gather_rows(similarity.T).T
        if len(similarity) < 2:
            raise ValueError('SourceLocalizationHead contrasts the pairs of a batch with each other, and this one holds one pair; '
                             'batch_size of the dataloader must be 2 or more')
        own = torch.arange(len(similarity), device=similarity.device)
        return {'loss_contrast': (cross_entropy(similarity, own) + cross_entropy(similarity.T, own)) / 2}

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_heatmap`` float[h, w], the mean over the clip's segments, at least ``floor``."""
        for sample, similarity, valid in zip(samples, self(feats), feats.valid):
            sample.pred_heatmap = similarity[valid].mean(0).clamp(min=self.floor)
        return samples
