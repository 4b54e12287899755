"""TaskPromptGuidance: the task-prompt guided learning module of AV-Unified."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import nn

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

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """The four streams, float[B, T, D] and float[B, T, M, D], weighted; shapes stay."""
        feats.require(*self.STREAMS, 'text', 'valid', by='TaskPromptGuidance')
        streams = {name: self.project[name](getattr(feats, name)) for name in self.STREAMS}
        temporal = torch.cat([streams['audio'], streams['visual']], dim=1)
        spatial = torch.cat([streams['spatial_audio'].unsqueeze(2), streams['patches']], dim=2)
        query = self.prompt_query(feats.text) * temporal.shape[-1]**-0.5
        valid2 = feats.valid.repeat(1, 2)
        logits = torch.einsum('bd,btd->bt', query, temporal).masked_fill(~valid2, torch.finfo(temporal.dtype).min)
        weights_time = logits.softmax(1)
        weights_space = torch.einsum('bd,btmd->btm', query, spatial).softmax(2)
        # The count is that of the positions that exist: padding must not change the scale of a clip.
        temporal = temporal * (weights_time * valid2.sum(1, keepdim=True)).unsqueeze(-1)
        spatial = spatial * (weights_space * spatial.shape[2]).unsqueeze(-1)
        audio, visual = temporal.chunk(2, dim=1)
        return feats.replace(
            audio=audio, visual=visual, spatial_audio=spatial[:, :, 0], patches=spatial[:, :, 1:],
            maps={'prompt_time': weights_time.detach(), 'prompt_space': weights_space.detach()})
