"""TaskPromptGuidance: the task-prompt guided learning module of AV-Unified."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import nn

from avreg.models.layers import ClipGroups
from avreg.registry import MODELS
from avreg.structures import AVFeatures


@MODELS.register_module()
class TaskPromptGuidance(BaseModule):
    """The prompt weighs the segments and the patches of each frame (AV-Unified, Eq. 7-9).

    Eq. 7: each stream passes a linear layer and ReLU; F_TPM = [audio; visual] along time, (B, 2T, D), and F_SPM = [spatial audio
    as one more patch; patches], (B, T, M + 1, D). A LayerNorm stands before it, which the paper does not name: where encoders learn
    along, the sound grows to many times the size of the patches, and a softmax over both would see nothing else. Eq. 8: softmax of
    q.k / sqrt(D) over the 2T positions (padding masked) and over the M + 1 positions of each frame; the paper multiplies by F once
    more, but the shapes it states are those of the weights, which are meant. Eq. 9: features times weights. The weights are multiplied
    by their count, so that uniform weights are the identity.

    Needs: text, valid, ``streams``. Changes: ``streams``.
    ``maps['prompt_time']`` float[B, 2T], ``maps['prompt_space']`` float[B, T, M + 1].

    Args:
        channels: width D.
        streams: those that there are, of 'audio', 'visual', 'spatial_audio' and 'patches'; without CrossModalSPM there is no
            spatial audio.
        residual: what is weighted is the stream plus its projection, which starts as a small constant: at the start the module lets
            the streams pass as they are. Where everything is trained from scratch, in hundreds of iterations, the projection alone (the
            paper's) loses more than the prompt's weights give.
        init_cfg: MMEngine initialisation.
    """

    shares_clips = True

    def __init__(self,
                 channels: int = 128,
                 streams: tuple[str, ...] = ('audio', 'visual', 'spatial_audio', 'patches'),
                 residual: bool = False,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels, self.streams, self.residual = channels, tuple(streams), residual
        self.over_time = [name for name in ('audio', 'visual') if name in self.streams]
        self.over_space = [name for name in ('spatial_audio', 'patches') if name in self.streams]
        self.project = nn.ModuleDict({s: nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, channels), nn.ReLU()) for s in self.streams})
        # Zero at the start: all weights are then uniform and the module is the identity on the projected streams. Random weights would
        # shake the features by the question before anything has been learned from them.
        self.prompt_query = nn.Linear(channels, channels)
        nn.init.zeros_(self.prompt_query.weight)
        nn.init.zeros_(self.prompt_query.bias)
        for _, linear, _ in self.project.values():
            if residual:
                # Above zero, where the ReLU lets a gradient pass.
                nn.init.zeros_(linear.weight)
                nn.init.constant_(linear.bias, 0.1)
            else:
                # So far above zero that the ReLU lets nearly everything pass: half of what the streams hold would be lost at the start.
                nn.init.eye_(linear.weight)
                nn.init.constant_(linear.bias, 2.0)

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """``streams``, float[B, T, D] and float[B, T, M, D], weighted; shapes stay.

        Where samples share clips (``feats.clip``) the streams are projected once a clip, and what each sample makes of them goes to
        ``feats.weights`` and not to the maps.
        """
        feats.require(*self.streams, 'text', 'valid', by='TaskPromptGuidance', width=self.channels)
        keys = {name: self.project[name](getattr(feats, name)) for name in self.streams}
        feats = feats.replace(**{name: getattr(feats, name) + key for name, key in keys.items()} if self.residual else keys)
        groups = ClipGroups(feats.clip, len(feats.valid))
        query = groups.split(self.prompt_query(feats.text.detach()) * feats.text.shape[-1]**-0.5)
        logits = {name: groups.join(torch.einsum('ugd,u...d->ug...', query, key)) for name, key in keys.items()}
        # The weights are multiplied by the number of positions that exist: padding must not change the scale of a clip.
        weights, maps = {}, {}
        if self.over_time:
            valid = feats.valid if feats.clip is None else feats.valid[feats.clip]
            valid = valid.repeat(1, len(self.over_time))
            time = torch.cat([logits[name] for name in self.over_time], 1)
            time = time.masked_fill(~valid, torch.finfo(time.dtype).min).softmax(1)
            weights |= zip(self.over_time, (time * valid.sum(1, keepdim=True)).chunk(len(self.over_time), 1))
            maps['prompt_time'] = time.detach()
        if self.over_space:
            # Spatial audio is one more patch.
            parts = [logits[name].unsqueeze(2) if logits[name].ndim == 2 else logits[name]
                     for name in self.over_space]
            space = torch.cat(parts, 2).softmax(2)
            scaled = (space * space.shape[2]).split([part.shape[2] for part in parts], 2)
            weights |= {name: weight.reshape(logits[name].shape) for name, weight in zip(self.over_space, scaled)}
            maps['prompt_space'] = space.detach()
        if feats.clip is not None:
            return feats.replace(weights=weights)
        return feats.replace(**{name: getattr(feats, name) * weight.unsqueeze(-1) for name, weight in weights.items()}, maps=maps)
