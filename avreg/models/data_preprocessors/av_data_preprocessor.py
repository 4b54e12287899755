"""AVDataPreprocessor: from a list of samples to one padded, normalised batch on the device."""
from __future__ import annotations

import math

import torch
from mmengine.model import BaseDataPreprocessor
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from avreg.registry import MODELS


@MODELS.register_module()
class AVDataPreprocessor(BaseDataPreprocessor):
    """Stacks clips of different lengths (zero padding, marked in ``valid``) and normalises them on the device.

    Args:
        visual_mean: RGB mean, in 0..255.
        visual_std: RGB standard deviation, in 0..255.
        audio_mean: mean of the log-mel values.
        audio_std: standard deviation of the log-mel values.
        audio_silence: the log-mel value of silence, log(0 + 0.01).
        mute: modalities ('audio', 'visual') that the model shall not perceive: sound is then silence, everything else, frames and stored
            features, zero when normalised. For baselines that show how much a modality is needed.
        non_blocking: copy to the device asynchronously.

    Raises:
        ValueError: ``mute`` holds something other than 'audio' and 'visual'.
    """

    def __init__(self,
                 visual_mean: tuple[float, ...] = (123.675, 116.28, 103.53),
                 visual_std: tuple[float, ...] = (58.395, 57.12, 57.375),
                 audio_mean: float = -2.0,
                 audio_std: float = 2.5,
                 audio_silence: float = math.log(0.01),
                 mute: tuple[str, ...] = (),
                 non_blocking: bool = False):
        super().__init__(non_blocking=non_blocking)
        unknown = set(mute) - {'audio', 'visual'}
        if unknown:
            raise ValueError(f"AVDataPreprocessor(mute={tuple(mute)}): {sorted(unknown)} cannot be muted, only 'audio' and 'visual'")
        self.mute = tuple(mute)
        self.audio_mean, self.audio_std, self.audio_silence = audio_mean, audio_std, audio_silence
        self.register_buffer('visual_mean', torch.tensor(visual_mean).view(-1, 1, 1), persistent=False)
        self.register_buffer('visual_std', torch.tensor(visual_std).view(-1, 1, 1), persistent=False)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Batch of the dataloader -> ``{'inputs': ..., 'data_samples': ...}``.

        Args:
            data: ``inputs``: dict of lists, one tensor a clip: audio float[T, 1, 96, 64] log-mel (or [T, D] features),
                visual uint8[T, 3, H, W] (or [T, D]), patches float[T, M, D] features, text and prompt int64[N] (or float[D]),
                choices int64[C, N];
                ``data_samples``: list of AVDataSample.
            training: unused; part of MMEngine's interface.

        Returns:
            ``inputs``: the same keys, padded to [U, T, ...], [B, N] (or [B, D]) and [B, C, N], and ``valid`` bool[U, T]; where some are padded
            also ``segments`` int64[S], the places of the valid ones among the U * T. A clip whose modalities differ in length is cut
            to the shorter one. One frame beside a longer sound is a picture, which stands for every segment: a batch of
            pictures is [U, 1, 3, H, W]. Samples about the very same clip (questions, in a row) share it: U <= B, and ``clip``
            int64[B] says which one is whose.
        """
        clips = data['inputs']
        timed = [key for key in ('audio', 'visual', 'patches') if key in clips]
        clip, kept = _shared([[clips[key][b] for key in timed] for b in range(len(clips[timed[0]]))])
        # Only then to the device: what is shared is copied once.
        clips = {key: [value[b] for b in kept] if key in timed else value for key, value in clips.items()}
        clips = self.cast_data(clips)
        # On a CPU they are where they should be, and casting would copy all their meta information.
        samples = data['data_samples'] if self.device.type == 'cpu' else self.cast_data(data['data_samples'])
        picture = {key: False for key in timed} | _spread_pictures(clips)
        lengths = torch.tensor([min(len(clips[key][b]) for key in timed if not picture[key]) for b in range(len(kept))])
        padded = bool((lengths < lengths.max()).any())
        inputs = {'clip': torch.tensor(clip, device=self.device)}
        inputs['valid'] = (torch.arange(int(lengths.max())) < lengths[:, None]).to(self.device)
        if padded:
            inputs['segments'] = inputs['valid'].flatten().nonzero().squeeze(1)
        for key in timed:
            values = [value[:1 if picture[key] else n] for value, n in zip(clips[key], lengths.tolist())]
            if key == 'visual' and values[0].ndim == 4:
                x = self._normalised_frames(values)
            else:
                x = pad_sequence(values, batch_first=True)
                if x.ndim == 5:
                    x = torch.sub(x, self.audio_mean).div_(self.audio_std)
            # Tokens of the frames are seen as the frames are.
            if ('visual' if key == 'patches' else key) in self.mute:
                x = torch.full_like(x, (self.audio_silence - self.audio_mean) / self.audio_std if key == 'audio' and x.ndim == 5 else 0)
            if padded and x.ndim == 5 and not picture[key]:
                # Zero is the normalised mean; the padding would otherwise hold the normalised zero.
                x[~inputs['valid']] = 0
            inputs[key] = x
        for key in ('text', 'prompt'):
            if key in clips:
                inputs[key] = pad_sequence(clips[key], batch_first=True)
        if 'choices' in clips:
            # Their tokens are the dimension that differs.
            inputs['choices'] = pad_sequence([choices.mT for choices in clips['choices']], batch_first=True).mT
        return {'inputs': inputs, 'data_samples': samples}

    def _normalised_frames(self, clips: list[Tensor]) -> Tensor:
        """uint8[T_b, 3, H, W] each -> float[B, T, 3, H, W], the channels last in memory, as frames come and convolutions want them."""
        frames = pad_sequence([clip.permute(0, 2, 3, 1) for clip in clips], batch_first=True)
        # Rows of pixels, not pixels: three numbers at a time are too few for the processor.
        mean, std = (of_channels.flatten().repeat(frames.shape[3]) for of_channels in (self.visual_mean, self.visual_std))
        # Numbers of one type, too: between bytes and floats PyTorch goes number by number.
        rows = frames.flatten(3).to(mean.dtype).sub_(mean).div_(std)
        return rows.unflatten(3, frames.shape[3:]).permute(0, 1, 4, 2, 3)


def _spread_pictures(clips: dict[str, list[Tensor]]) -> dict[str, bool]:
    """Whether all clips of the batch are pictures. If only some are, these are repeated to the length of their sound, in place."""
    if not {'audio', 'visual'} <= clips.keys():
        return {}
    pictures = [visual.ndim == 4 and len(visual) == 1 < len(audio) for visual, audio in zip(clips['visual'], clips['audio'])]
    if not all(pictures):
        clips['visual'] = [visual.expand(len(audio), *visual.shape[1:]) if picture else visual
                           for picture, visual, audio in zip(pictures, clips['visual'], clips['audio'])]
    return {'visual': all(pictures)}


def _shared(clips: list[list[Tensor]]) -> tuple[list[int], list[int]]:
    """Which of the clips are the same as the one before them.

    Args:
        clips: for every sample its tensors.

    Returns:
        for every sample the number of its clip; for every number the first sample that has it.
    """
    numbers, kept = [], []
    for b, tensors in enumerate(clips):
        if not (b and all(x is y or x.shape == y.shape and torch.equal(x, y) for x, y in zip(tensors, clips[b - 1]))):
            kept.append(b)
        numbers.append(len(kept) - 1)
    return numbers, kept
