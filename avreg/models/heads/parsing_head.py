"""ParsingHead: which events are heard and which are seen in each second (LLP)."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy

from avreg.models.layers import AttentiveMMILPooling, SegmentFusion
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures


@MODELS.register_module()
class ParsingHead(BaseModule):
    """Per segment and modality, K sigmoids, learned from video-level labels by attentive MMIL pooling (HAN).

    Loss: BCE(video, y) + BCE(audio, y) + BCE(visual, 0.9 y + 0.05), probabilities clamped to [1e-7, 1 - 1e-7].
    Prediction: probability of the segment >= 0.5 where the video's is.

    Args:
        channels: width D.
        num_classes: K.
        audio_streams: AVFeatures fields that an audio segment's vector is made of.
        visual_streams: the same for a visual segment.
        audio_evidence: fields that the probability of an audio segment is made of, where they are not ``audio_streams``, which
            then only say when to listen (the pooling's weights). The modality terms ask for every event of the video in both
            modalities; once necks have mixed the two, a head obeys by hearing what is only seen. ``('encoded_audio', )`` keeps it
            to what is heard.
        visual_evidence: the same for a visual segment.
        audio_smoothing: label smoothing e of the audio term, (1 - e) y + e / 2.
        visual_smoothing: the same of the visual term (HAN: 0.1).
        dropout: on the segment vectors.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: only one of ``audio_evidence`` and ``visual_evidence``.
    """

    classifies_labels = True

    def __init__(self,
                 channels: int = 128,
                 num_classes: int = 25,
                 audio_streams: tuple[str, ...] = ('audio', ),
                 visual_streams: tuple[str, ...] = ('visual', 'patches'),
                 audio_evidence: tuple[str, ...] | None = None,
                 visual_evidence: tuple[str, ...] | None = None,
                 audio_smoothing: float = 0.0,
                 visual_smoothing: float = 0.1,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.audio_smoothing, self.visual_smoothing = audio_smoothing, visual_smoothing
        self.audio_fuse = SegmentFusion(channels, audio_streams, type(self).__name__, dropout)
        self.visual_fuse = SegmentFusion(channels, visual_streams, type(self).__name__, dropout)
        if (audio_evidence is None) != (visual_evidence is None):
            raise ValueError('ParsingHead: give both audio_evidence and visual_evidence, or neither')
        self.evidence = None if audio_evidence is None else nn.ModuleList([
            SegmentFusion(channels, streams, type(self).__name__, dropout) for streams in (audio_evidence, visual_evidence)])
        self.num_classes = num_classes
        self.pooling = AttentiveMMILPooling(channels, num_classes)

    def forward(self, feats: AVFeatures) -> tuple[Tensor, Tensor, Tensor]:
        """Probabilities of segments float[B, T, 2, K], modalities float[B, 2, K] and the video float[B, K]."""
        x = torch.stack([self.audio_fuse(feats), self.visual_fuse(feats)], dim=2)
        evidence = None if self.evidence is None else torch.stack([fuse(feats) for fuse in self.evidence], dim=2)
        return self.pooling(x, feats.valid, evidence)

    def loss(self, feats: AVFeatures, samples: list[AVDataSample]) -> dict[str, Tensor]:
        """Three BCE terms against ``gt_video`` float[K]."""
        _, modality, video = self(feats)
        y = torch.stack([s.gt_video for s in samples])

        def bce(prob: Tensor, smoothing: float = 0.0) -> Tensor:
            return binary_cross_entropy(prob.float().clamp(1e-7, 1 - 1e-7), (1 - smoothing) * y + smoothing / 2)

        return {
            'loss_video': bce(video),
            'loss_audio': bce(modality[:, 0], self.audio_smoothing),
            'loss_visual': bce(modality[:, 1], self.visual_smoothing),
        }

    def predict(self, feats: AVFeatures, samples: list[AVDataSample]) -> list[AVDataSample]:
        """Fills ``pred_audio`` and ``pred_visual`` bool[T, K]."""
        frame, _, video = self(feats)
        events = (frame >= 0.5) & (video >= 0.5)[:, None, None]
        for sample, event, valid in zip(samples, events, feats.valid):
            sample.pred_audio, sample.pred_visual = event[valid].unbind(1)
        return samples
