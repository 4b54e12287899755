"""TaskPromptGuidance: the task-prompt guided learning module of AV-Unified."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.registry import MODELS
from avreg.structures import AVFeatures


@MODELS.register_module()
class TaskPromptGuidance(BaseModule):
    """The prompt weighs the segments and the patches of each frame (AV-Unified, Eq. 7-9).

    Eq. 7: each stream passes a linear layer and ReLU; F_TPM = [audio; visual] along time, (B, 2T, D), and F_SPM = [spatial audio
    as one more patch; patches], (B, T, M + 1, D). Eq. 8: softmax of q.k / sqrt(D) over the 2T positions (padding masked) and
    over the M + 1 positions of each frame; the paper multiplies by F once more, but the shapes it states are those of the
    weights, which are meant. Eq. 9: features times weights. The weights are multiplied by their count, so that uniform weights
    are the identity.

    Needs: audio, visual, spatial_audio, patches, text, valid. Changes: audio, visual, spatial_audio, patches.
    ``maps['prompt_time']`` float[B, 2T], ``maps['prompt_space']`` float[B, T, M + 1].

    Args:
        channels: width D.
        init_cfg: MMEngine initialisation.
    """

    shares_clips = True
    STREAMS = ('audio', 'visual', 'spatial_audio', 'patches')

    def __init__(self, channels: int = 128, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.project = nn.ModuleDict({s: nn.Sequential(nn.Linear(channels, channels), nn.ReLU()) for s in self.STREAMS})
        # Zero at the start: all weights are then uniform and the module is the identity on the projected streams. Random weights would
        # shake the features by the question before anything has been learned from them.
        self.prompt_query = nn.Linear(channels, channels)
        nn.init.zeros_(self.prompt_query.weight)
        nn.init.zeros_(self.prompt_query.bias)
        for linear, _ in self.project.values():
            nn.init.eye_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, feats: AVFeatures, clip: Tensor | None = None) -> AVFeatures:
        """The four streams, float[B, T, D] and float[B, T, M, D], weighted; shapes stay.

        Args:
            feats: features of the clips, text of the samples.
            clip: int64[B], which clip each sample is about, where several share one; the streams are projected once a clip.
        """
        feats.require(*self.STREAMS, 'text', 'valid', by='TaskPromptGuidance')
        feats = feats.replace(**{name: self.project[name](getattr(feats, name)) for name in self.STREAMS})
        if clip is not None:
            feats = feats.take_clips(clip)
        query = self.prompt_query(feats.text) * feats.text.shape[-1]**-0.5
        logits = {name: torch.einsum('bd,b...d->b...', query, getattr(feats, name)) for name in self.STREAMS}
        valid2 = feats.valid.repeat(1, 2)
        lowest = torch.finfo(query.dtype).min
        time = torch.cat([logits['audio'], logits['visual']], 1).masked_fill(~valid2, lowest).softmax(1)
        space = torch.cat([logits['spatial_audio'].unsqueeze(2), logits['patches']], 2).softmax(2)
        # The count is that of the positions that exist: padding must not change the scale of a clip.
        audio, visual = (time * valid2.sum(1, keepdim=True)).chunk(2, 1)
        spatial_audio, patches = (space * space.shape[2]).split([1, space.shape[2] - 1], 2)
        weights = dict(audio=audio, visual=visual, spatial_audio=spatial_audio.squeeze(2), patches=patches)
        return feats.replace(
            **{name: getattr(feats, name) * weight.unsqueeze(-1) for name, weight in weights.items()},
            maps={'prompt_time': time.detach(), 'prompt_space': space.detach()})
