"""LlavaExpert: what a frozen LLaVA makes of the region that sounds, kept on disk."""
from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import torch
from mmengine.model import BaseModule
from torch import Tensor
from torch.nn.functional import interpolate

from avreg.atomic_write import whole_file
from avreg.registry import MODELS
from avreg.structures import AVDataSample

# RGB in 0..1, of CLIP, whose image tower LLaVA has.
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)
_IMAGE = '<image>'


@MODELS.register_module()
class LlavaExpert(BaseModule):
    """LLaVA (Liu et al. 2023) in the Hugging Face format, given masked frames and a prompt (SSUFormer, Fig. 6).

    The memory of a clip: of ``num_frames`` frames, evenly spaced over it, the last hidden states of the tokens behind the picture, which
    have seen it: the rest of the prompt. It is computed once and kept in ``cache``, one file for each model, clip and prompt. A
    clip goes by the pixels that LLaVA is shown, so a better mask makes another entry and no old one is taken for it. The model is
    loaded when the first entry is missing, and is no part of the state dict; where all entries are there, it never is.

    Args:
        checkpoint: folder of a download: ``config.json``, the weights, the tokenizer, and perhaps ``preprocessor_config.json``.
        prompt: with ``<image>`` where the picture stands.
        cache: folder of the entries, made if need be. Delete it to free the space.
        num_frames: of a clip.
        chunk: frames that LLaVA sees at a time.
        dtype: of LLaVA's weights; 'auto' takes the checkpoint's.
        input_mean, input_std: RGB in 0..255, with which the frames were normalised.

    Attributes:
        channels: width of LLaVA's hidden states.

    Raises:
        FileNotFoundError: no such folder, or no ``config.json`` in it.
        ValueError: it is not of LLaVA, or the prompt does not have ``<image>`` once.
    """

    def __init__(self,
                 checkpoint: str,
                 prompt: str = 'USER: <image>\nWhich object makes the sound, and how? ASSISTANT:',
                 cache: str = 'data/cache/llava',
                 num_frames: int = 4,
                 chunk: int = 16,
                 dtype: str = 'auto',
                 input_mean: tuple[float, ...] = (123.675, 116.28, 103.53),
                 input_std: tuple[float, ...] = (58.395, 57.12, 57.375)):
        super().__init__()
        if prompt.count(_IMAGE) != 1:
            raise ValueError(f'LlavaExpert(prompt={prompt!r}): {_IMAGE} must stand in it once, where LLaVA sees the picture')
        self.folder, self.cache = _checked(Path(checkpoint)), Path(cache).expanduser()
        self.prompt, self.num_frames, self.chunk, self.dtype = prompt, num_frames, chunk, dtype
        # Here, for it takes seconds that nobody should wait for who does not use this expert.
        from transformers import LlavaConfig
        config = LlavaConfig.from_pretrained(self.folder, local_files_only=True)
        self.channels, self.image_size = config.text_config.hidden_size, config.vision_config.image_size
        self.tokens, self.behind = self._tokenize(config)
        self._fingerprint = _fingerprint(self.folder)
        # In a list: no submodule, whose billions of weights would go into every checkpoint.
        self._network: list[torch.nn.Module] = []
        mean, std = _normalisation(self.folder)
        for name, values in (('mean', mean), ('std', std), ('input_mean', input_mean), ('input_std', input_std)):
            self.register_buffer(name, torch.tensor(values).view(-1, 1, 1), persistent=False)

    def forward(self, regions: Tensor, valid: Tensor, samples: list[AVDataSample]) -> tuple[Tensor, Tensor]:
        """Hidden states float[B, L, C], and which there are, bool[B, L]: all.

        Args:
            regions: float[B, T, 3, H, W], masked frames.
            valid: bool[B, T], False on padding.
            samples: of the clips; their benchmark and id name the entries.
        """
        middles = (torch.arange(self.num_frames, device=valid.device) + 0.5) / self.num_frames
        index = (middles * valid.sum(1, keepdim=True)).long()
        frames = regions.detach()[torch.arange(len(valid), device=valid.device).unsqueeze(1), index]
        # Whole numbers: rounding of another machine makes no other entry.
        frames = (frames * self.input_std + self.input_mean).round().clamp(0, 255).byte()
        paths = [self.entry(sample, clip) for sample, clip in zip(samples, frames.cpu().numpy())]
        memory = [_read(path, self.num_frames * self.behind, self.channels) for path in paths]
        missing = [i for i, states in enumerate(memory) if states is None]
        if missing:
            computed = self._compute(frames[missing].flatten(0, 1)).unflatten(0, (len(missing), -1)).flatten(1, 2)
            for i, states in zip(missing, computed.half().cpu().numpy()):
                memory[i] = states
                _write(paths[i], states)
        found = torch.from_numpy(np.stack(memory)).to(regions)
        return found, valid.new_ones(found.shape[:2])

    def entry(self, sample: AVDataSample, frames: np.ndarray) -> Path:
        """Where the memory of a clip is kept, whose frames are uint8[num_frames, 3, H, W]."""
        digest = hashlib.sha256(json.dumps([self._fingerprint, self.prompt, frames.shape]).encode())
        digest.update(frames.tobytes())
        return self.cache / str(sample.benchmark) / f'{str(sample.sample_id).replace(os.sep, "_")}-{digest.hexdigest()[:32]}.npy'

    @torch.no_grad()
    def _compute(self, frames: Tensor) -> Tensor:
        """Hidden states float[F, n, C] behind the picture, of frames uint8[F, 3, H, W]."""
        if not self._network:
            from transformers import LlavaForConditionalGeneration
            network = LlavaForConditionalGeneration.from_pretrained(self.folder, local_files_only=True, dtype=self.dtype)
            self._network.append(network.model.to(frames.device).eval().requires_grad_(False))
        network, = self._network
        size = (self.image_size, self.image_size)
        pictures = interpolate(frames.float() / 255, size, mode='bicubic', align_corners=False, antialias=True).clamp(0, 1)
        pictures = ((pictures - self.mean) / self.std).to(network.dtype)
        tokens = torch.tensor(self.tokens, device=frames.device)
        states = [network(input_ids=tokens.expand(len(some), -1), pixel_values=some, use_cache=False).last_hidden_state[:, -self.behind:]
                  for some in pictures.split(self.chunk)]
        return torch.cat(states)

    def _tokenize(self, config) -> tuple[list[int], int]:
        """Tokens of the prompt with the picture's places, and how many follow them."""
        from transformers import AutoTokenizer
        tokenizer = AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
        before, behind = self.prompt.split(_IMAGE)
        places = (self.image_size // config.vision_config.patch_size)**2 + (config.vision_feature_select_strategy == 'full')
        image = config.image_token_id if hasattr(config, 'image_token_id') else config.image_token_index
        rest = tokenizer(behind, add_special_tokens=False).input_ids
        if not rest:
            raise ValueError(f'LlavaExpert(prompt={self.prompt!r}): something must be said behind {_IMAGE}: its states are the memory')
        return [*tokenizer(before).input_ids, *[image] * places, *rest], len(rest)


def _checked(folder: Path) -> Path:
    """The folder, if it holds a LLaVA."""
    if not folder.is_dir():
        raise FileNotFoundError(f'LlavaExpert: the folder {folder} does not exist; nothing is downloaded here, give the folder of a '
                                "download of LLaVA in the Hugging Face format (as llava-hf/llava-1.5-7b-hf), or leave out the head's expert")
    config = folder / 'config.json'
    if not config.is_file():
        raise FileNotFoundError(f'LlavaExpert: {folder} has no config.json')
    try:
        kind = json.loads(config.read_text(encoding='utf-8')).get('model_type')
    except (ValueError, AttributeError) as error:
        raise ValueError(f'LlavaExpert: {config} is not the configuration of a model: {error}') from error
    if kind != 'llava':
        raise ValueError(f"LlavaExpert: {config} is of a model of type {kind!r}, not 'llava'")
    return folder


def _fingerprint(folder: Path) -> list:
    """Configuration, and name, size and time of change of each file of weights and of the tokenizer."""
    files = sorted(path for path in folder.iterdir() if path.suffix in ('.safetensors', '.bin', '.json', '.model'))
    return [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in files]


def _normalisation(folder: Path) -> tuple:
    """Mean and standard deviation of the pictures, RGB in 0..1."""
    path = folder / 'preprocessor_config.json'
    content = json.loads(path.read_text(encoding='utf-8')) if path.is_file() else {}
    return content.get('image_mean', _MEAN), content.get('image_std', _STD)


def _read(path: Path, length: int, channels: int) -> np.ndarray | None:
    """An entry, float16[L, C]; None if it is not there or damaged."""
    try:
        states = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return states if states.shape == (length, channels) else None


def _write(path: Path, states: np.ndarray) -> None:
    """Write the entry: readers see the whole of it or none."""
    with whole_file(path) as temporary, open(temporary, 'wb') as file:
        np.save(file, states)
