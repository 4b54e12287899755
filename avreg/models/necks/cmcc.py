"""CMCC: the cross-modal consistency collaboration module of CCNet."""
from __future__ import annotations

from collections.abc import Callable

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import pad

from avreg.models.layers import SequenceBlock, SequenceGate, max_pool_steps
from avreg.registry import MODELS
from avreg.structures import AVFeatures, PyramidLevel


@MODELS.register_module()
class CMCC(BaseModule):
    """Cross-modal interaction and temporal consistency gates at several temporal scales (CCNet, Eq. 2-5).

    Each level halves the steps of the one before, whose gated pair (V, A) it takes. Eq. 2: V' = Block(V, q=A), A' = Block(A, q=V).
    Eq. 3: g_A = Gate(A), g_V = Gate(V); V <- V' + V' g_A, A <- A' + A' g_V: the gate of the other modality. Without the interaction
    the pair is only pooled; without the gates it stays as the interaction left it.

    Needs: audio, visual, valid. Changes: audio, visual (those of the finest level), pyramid ([V, A] side by side, 2D wide).
    ``maps['gate_audio_l']`` (g_A, made from audio) and ``maps['gate_visual_l']`` float[B, T_l] of level l.

    Args:
        channels: width D.
        max_length: T of the finest level, to which clips are padded inside.
        num_levels: levels of the pyramid.
        num_heads: attention heads.
        interaction: the cross-modal interaction branch (CMI).
        gates: the temporal consistency-gated branch (TCG).
        loose_gates: as published, padded keys stay in the softmax of the gates of levels 1 and above (only their values are zero),
            so gates there depend on T. False masks them.
        drop_path: probability of stochastic depth.
        path_scale: where the scales of the residual paths start.
        init_cfg: MMEngine initialisation.
    """

    reads_text = False

    def __init__(self,
                 channels: int = 512,
                 max_length: int = 256,
                 num_levels: int = 6,
                 num_heads: int = 4,
                 interaction: bool = True,
                 gates: bool = True,
                 loose_gates: bool = True,
                 drop_path: float = 0.1,
                 path_scale: float = 1e-4,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels, self.max_length = channels, max_length
        self.levels = nn.ModuleList([
            _Level(channels, num_heads, 2 if level else 1, interaction, gates, bool(level and loose_gates), drop_path,
                   path_scale)
            for level in range(num_levels)])

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """audio, visual: float[B, t, D], t <= T -> the same, and ``pyramid``.

        Raises:
            ValueError: t > T.
        """
        feats.require('audio', 'visual', 'valid', by='CMCC', width=self.channels)
        (audio, visual), keep, valid = padded_to(self.max_length, feats, 'CMCC')
        pyramid, maps, pairs = [], {}, []
        audio, visual = audio.unsqueeze(2), visual.unsqueeze(2)
        for number, level in enumerate(self.levels):
            if number:
                valid = valid[:, ::2]
            visual, audio, gates = level(visual, audio, None if keep is None else valid[:, :, None, None])
            pairs.append((visual, audio))
            pyramid.append(PyramidLevel(torch.cat([visual, audio], -1).squeeze(2), valid, 2**number))
            maps |= {f'{name}_{number}': gate.detach()[:, :, 0, 0] for name, gate in gates.items()}
        steps = feats.valid.shape[1]
        (visual, audio), *_ = pairs
        return feats.replace(audio=audio[:, :steps, 0], visual=visual[:, :steps, 0], pyramid=pyramid, maps=maps)


class _Level(nn.Module):
    """One scale: both branches of both modalities."""

    def __init__(self, channels: int, num_heads: int, stride: int, interaction: bool, gates: bool, loose: bool, drop_path: float,
                 path_scale: float):
        super().__init__()
        self.stride, self.loose = stride, loose

        def pair(make: Callable[[], nn.Module]) -> nn.ModuleDict:
            return nn.ModuleDict({modality: make() for modality in ('visual', 'audio')})

        def block() -> SequenceBlock:
            return SequenceBlock(channels, num_heads, stride=stride, drop_path=drop_path, init_scale=path_scale)

        self.blocks = pair(block) if interaction else None
        self.gates = pair(lambda: SequenceGate(channels, num_heads, stride)) if gates else None

    def forward(self, visual: Tensor, audio: Tensor, keep: Tensor | None) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """float[B, L, 1, D] each -> float[B, L', 1, D] each, and the gates by name; ``keep`` bool[B, L', 1, 1]."""
        if self.blocks is not None:
            new_visual = self.blocks['visual'](visual, query=audio, keep=keep)
            new_audio = self.blocks['audio'](audio, query=visual, keep=keep)
        else:
            new_visual, new_audio = (max_pool_steps(x) if self.stride == 2 else x for x in (visual, audio))
            if keep is not None:
                new_visual, new_audio = new_visual * keep, new_audio * keep
        if self.gates is None:
            return new_visual, new_audio, {}
        attends_to = None if self.loose else keep
        # Both from the pair that came in.
        gate_visual, gate_audio = (self.gates[name](x, keep, attends_to) for name, x in (('visual', visual), ('audio', audio)))
        gated = new_visual + new_visual * gate_audio, new_audio + new_audio * gate_visual
        return *gated, dict(gate_visual=gate_visual, gate_audio=gate_audio)


# What comes in differs in length from batch to batch; behind it everything has one, which torch.compile compiles once.
@torch.compiler.disable
def padded_to(length: int, feats: AVFeatures, by: str) -> tuple[tuple[Tensor, Tensor], Tensor | None, Tensor]:
    """audio and visual of ``feats``, float[B, length, C] each and zero where nothing is valid; ``keep`` bool[B, length, 1], None if
    every step is valid; valid bool[B, length].

    Raises:
        ValueError: they are longer already; ``by`` is whom to name.
    """
    steps = feats.valid.shape[1]
    if steps > length:
        raise ValueError(f'{by}(max_length={length}) got a clip of {steps} segments. Its layers are made for {length}: crop the clips '
                         f'(CropEvents(max_length={length}) in training), or set max_length in every neck and train anew')
    valid = pad(feats.valid, (0, length - steps))
    if bool(valid.all()):
        return (feats.audio, feats.visual), None, valid
    keep = valid.unsqueeze(-1)
    # Selected, not multiplied: not even a NaN gets through.
    audio, visual = (torch.where(keep, pad(x, (0, 0, 0, length - steps)), 0.0) for x in (feats.audio, feats.visual))
    return (audio, visual), keep, valid
