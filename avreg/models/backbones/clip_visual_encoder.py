"""CLIPVisualEncoder: the image tower of CLIP, frame features and patch tokens."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from avreg.models.checkpoints import clip_config, load_clip
from avreg.models.layers import merge_schedule, merged_encoder
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
            ``pytorch_model.bin``), or the ``.safetensors`` file that ``tools/convert_checkpoint.py clip`` made; every key of the
            image tower must fit, the text tower is left out. None keeps random weights and says so.
        frozen: the pretrained part stays in evaluation mode, also in training, and gets no gradient.
        channels: width D of ``visual`` and ``patches``, by a linear layer each, which learn also behind a frozen network; None gives
            CLIP's own widths: 512 and 768 of ViT-B, 768 and 1024 of ViT-L.
        num_tokens: merge the tokens of a frame, the class token among them, down to so many on their way through the blocks (ToMe; TSPM,
            Eq. 4). ``patches`` are these then, the class token first, and ``token_group`` says which places of the grid went where.
            ``visual`` is the class token of the same pass.
        merge_rate: tokens merged in a block until ``num_tokens`` are left (TSPM: 25, for 27, 14 or 8 of 577); the smallest number that
            gets there unless given.
        chunk: frames encoded at a time.
        input_mean: RGB mean that was subtracted from the frames, in 0..255.
        input_std: RGB standard deviation that they were divided by, in 0..255.

    Raises:
        ValueError: unknown variant, a checkpoint that does not fit or is of another variant, ``num_tokens`` out of reach, or ``chunk``
            is not positive.
        FileNotFoundError: no such folder, or a file is missing in it.
    """

    per_segment = True

    def __init__(self,
                 variant: str | None = 'ViT-L/14',
                 checkpoint: str | None = None,
                 frozen: bool = True,
                 channels: int | None = None,
                 num_tokens: int | None = None,
                 merge_rate: int | None = None,
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
        self.schedule = None
        if num_tokens is not None:
            places = (config.image_size // config.patch_size)**2
            self.schedule = merge_schedule(places + 1, config.num_hidden_layers, num_tokens, merge_rate)
        elif merge_rate is not None:
            raise ValueError(f'CLIPVisualEncoder(merge_rate={merge_rate}): without num_tokens nothing is merged')
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
        norm, row by row; ``grid`` (h, w), h * w = M. With ``num_tokens`` M is that number, and ``token_group`` int64[B, T, h * w].

        Raises:
            ValueError: another shape.
        """
        size = self.image_size
        if visual.ndim != 5 or visual.shape[2:] != (3, size, size):
            raise ValueError(f'CLIPVisualEncoder takes frames (B, T, 3, {size}, {size}), got {tuple(visual.shape)}; set '
                             f'Resize(size={size}) in the pipeline, or a variant of another size')
        found = self.in_chunks(self._encode if self.schedule is None else self._encode_merged, visual.flatten(0, 1))
        names = ('visual', 'patches', 'token_group')
        return {name: x.unflatten(0, visual.shape[:2]) for name, x in zip(names, found)} | {'grid': self.grid}

    def _encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Frame features float[N, D] and patch tokens float[N, M, D] of frames float[N, 3, H, W]."""
        with self.network_grad():
            found = self.network(pixel_values=frames * self.scale + self.shift)
            # transformers gives the class token alone through the last norm.
            patches = self.network.vision_model.post_layernorm(found.last_hidden_state[:, 1:])
        # Within the chunk, so that the wider tokens of all frames never exist at once where nothing learns.
        return self.project(found.image_embeds), self.project_patches(patches)

    def _encode_merged(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Frame features float[N, D], merged tokens float[N, M, D] and the token of each place, int64[N, h * w]."""
        with self.network_grad():
            vision = self.network.vision_model
            x = vision.pre_layrnorm(vision.embeddings(frames * self.scale + self.shift))
            tokens, _, group = merged_encoder(vision.encoder.layers, x, self.schedule)
            tokens = vision.post_layernorm(tokens)
            frame = self.network.visual_projection(tokens[:, 0])
        if group is None:
            group = torch.arange(x.shape[1], device=x.device).expand(len(x), -1)
        return self.project(frame), self.project_patches(tokens), group[:, 1:]
