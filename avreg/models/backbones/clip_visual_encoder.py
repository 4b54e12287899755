"""CLIPVisualEncoder: the image tower of CLIP, frame features and patch tokens."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from avreg.models.checkpoints import clip_config, load_clip
from avreg.registry import MODELS

from .pretrained_encoder import PretrainedEncoder, load_weights

# RGB, in 0..255.
_CLIP_MEAN = (122.7709383, 116.7460125, 104.09373615)
_CLIP_STD = (68.5005327, 66.6321579, 70.32316305)


@MODELS.register_module()
class CLIPVisualEncoder(PretrainedEncoder):
    """CLIP's vision transformer (Radford et al. 2021), from transformers: the official frame encoder of AV-Unified and TSPM.

    Frames come normalised for ImageNet, as AVDataPreprocessor does by default and as a pyramid encoder beside this one needs them;
    they are converted to CLIP's own mean and standard deviation.

    Args:
        variant: 'ViT-B/32', 'ViT-B/16', 'ViT-L/14' or 'ViT-L/14@336'. The checkpoint must be of this one; None takes whatever
            sizes its ``config.json`` has.
        checkpoint: folder of a download in the Hugging Face format: ``config.json`` and ``model.safetensors`` (or an older one's
            ``pytorch_model.bin``); every key of the image tower must fit, the text tower is left out. None keeps random weights
            and says so.
        frozen: the pretrained part stays in evaluation mode, also in training, and gets no gradient.
        channels: width D of ``visual`` and ``patches``, by a linear layer each, which learn also behind a frozen network; None gives
            CLIP's own widths: 512 and 768 of ViT-B, 768 and 1024 of ViT-L.
        chunk: frames encoded at a time.
        input_mean: RGB mean that was subtracted from the frames, in 0..255.
        input_std: RGB standard deviation that they were divided by, in 0..255.

    Raises:
        ValueError: unknown variant, a checkpoint that does not fit or is of another variant, or ``chunk`` is not positive.
        FileNotFoundError: no such folder, or a file is missing in it.
    """

    per_segment = True

    def __init__(self,
                 variant: str | None = 'ViT-L/14',
                 checkpoint: str | None = None,
                 frozen: bool = True,
                 channels: int | None = None,
                 chunk: int = 64,
                 input_mean: tuple[float, ...] = (123.675, 116.28, 103.53),
                 input_std: tuple[float, ...] = (58.395, 57.12, 57.375)):
        # Here, for it takes seconds that nobody should wait for who does not use this encoder.
        from transformers import CLIPVisionModelWithProjection
        config = clip_config(variant, checkpoint).vision_config
        # A config.json may ask for half precision; mixed precision is the optimizer wrapper's business.
        config.dtype = torch.float32
        network = CLIPVisionModelWithProjection(config)
        load_weights(network, f'CLIPVisualEncoder(variant={variant!r})', checkpoint,
                     lambda folder: load_clip(folder, 'visual', {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}))
        super().__init__(network, frozen, chunk)
        self.image_size, self.grid = config.image_size, (config.image_size // config.patch_size, ) * 2
        self.project = nn.Linear(config.projection_dim, channels) if channels else nn.Identity()
        self.project_patches = nn.Linear(config.hidden_size, channels) if channels else nn.Identity()
        clip_mean, clip_std, mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (_CLIP_MEAN, _CLIP_STD, input_mean, input_std))
        # From the one normalisation to the other: x -> scale * x + shift.
        self.register_buffer('scale', std / clip_std, persistent=False)
        self.register_buffer('shift', (mean - clip_mean) / clip_std, persistent=False)

    def forward(self, visual: Tensor) -> dict:
        """visual: float[B, T, 3, H, W], H = W = 224 (336 for ViT-L/14@336).

        Gives ``visual`` float[B, T, D], the projected class token; ``patches`` float[B, T, M, D], the patch tokens after the last
        norm, row by row; ``grid`` (h, w), h * w = M.

        Raises:
            ValueError: another shape.
        """
        size = self.image_size
        if visual.ndim != 5 or visual.shape[2:] != (3, size, size):
            raise ValueError(f'CLIPVisualEncoder takes frames (B, T, 3, {size}, {size}), got {tuple(visual.shape)}; set '
                             f'Resize(size={size}) in the pipeline, or a variant of another size')
        frames, patches = self.in_chunks(self._encode, visual.flatten(0, 1))
        return {'visual': frames.unflatten(0, visual.shape[:2]), 'patches': patches.unflatten(0, visual.shape[:2]), 'grid': self.grid}

    def _encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Frame features float[N, D] and patch tokens float[N, M, D] of frames float[N, 3, H, W]."""
        with self.network_grad():
            found = self.network(pixel_values=frames * self.scale + self.shift)
            # transformers gives the class token alone through the last norm.
            patches = self.network.vision_model.post_layernorm(found.last_hidden_state[:, 1:])
        # Within the chunk, so that the wider tokens of all frames never exist at once where nothing learns.
        return self.project(found.image_embeds), self.project_patches(patches)
