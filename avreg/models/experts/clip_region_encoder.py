"""CLIPRegionEncoder: both towers of CLIP, frozen, through which gradients pass."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor
from torch.nn.functional import normalize

from avreg.models.backbones.clip_visual_encoder import CLIPVisualEncoder
from avreg.models.backbones.pretrained_encoder import load_weights
from avreg.models.checkpoints import clip_config, load_clip
from avreg.registry import MODELS


@MODELS.register_module()
class CLIPRegionEncoder(BaseModule):
    """CLIP (Radford et al. 2021), from transformers: what a masked frame shows, as tokens and in the space of sentences.

    Its weights never change, but what it is given gets a gradient: the mask from the picture, the caption's probabilities from
    the sentence. Frames come normalised for ImageNet, as for CLIPVisualEncoder; where the mask is 0 they show its mean colour.

    Args:
        variant, checkpoint: see CLIPVisualEncoder. The captions' tokens must be CLIP's.
        input_mean, input_std: see CLIPVisualEncoder.

    Attributes:
        channels: width of the tokens.

    Raises:
        ValueError: unknown variant, or a checkpoint that does not fit or is of another variant.
        FileNotFoundError: no such folder, or a file is missing in it.
    """

    def __init__(self,
                 variant: str | None = 'ViT-B/16',
                 checkpoint: str | None = None,
                 input_mean: tuple[float, ...] = (123.675, 116.28, 103.53),
                 input_std: tuple[float, ...] = (58.395, 57.12, 57.375)):
        super().__init__()
        # Here, for it takes seconds that nobody should wait for who does not use this encoder.
        from transformers import CLIPTextModelWithProjection
        # Not frozen by its own means, which let no gradient through.
        self.visual = CLIPVisualEncoder(variant, checkpoint, frozen=False, input_mean=input_mean, input_std=input_std)
        config = clip_config(variant, checkpoint).text_config
        config.dtype = torch.float32
        self.text = CLIPTextModelWithProjection(config)
        load_weights(self.text, f'CLIPRegionEncoder(variant={variant!r})', checkpoint,
                     lambda folder: load_clip(folder, 'text', {key: tuple(tensor.shape) for key, tensor in self.text.state_dict().items()}))
        self.channels = self.visual.network.config.hidden_size
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> CLIPRegionEncoder:
        """Stays in evaluation mode."""
        return super().train(False)

    def encode_regions(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens float[F, M, C] and embedding float[F, E], normalised, of masked frames float[F, 3, H, W]."""
        found = self.visual(regions.unsqueeze(0))
        return found['patches'].squeeze(0), normalize(found['visual'].squeeze(0), dim=-1)

    def encode_captions(self, start: int, probabilities: Tensor, counts: Tensor) -> Tensor:
        """Embedding float[F, E], normalised, of sentences that are known up to probabilities.

        Args:
            start: the token that begins them.
            probabilities: float[F, N, V], of each token behind it.
            counts: bool[F, N], which of these there are: the last of them is the end.

        Raises:
            ValueError: V is not the size of CLIP's vocabulary.
        """
        model = self.text.text_model
        table = model.embeddings.token_embedding.weight
        if probabilities.shape[-1] != len(table):
            raise ValueError(f'CLIPRegionEncoder reads the {len(table)} tokens of CLIP, the captions have {probabilities.shape[-1]}; give '
                             "the folder of CLIP's download as tokenizer to TokenizeCaptions and to the head")
        words = torch.cat([table[start].expand(len(probabilities), 1, -1), probabilities @ table], 1)
        N = words.shape[1]
        causal = words.new_full((N, N), torch.finfo(words.dtype).min).triu(1)[None, None]
        hidden = model.encoder(inputs_embeds=model.embeddings(inputs_embeds=words), attention_mask=causal).last_hidden_state
        ends = hidden[torch.arange(len(hidden), device=hidden.device), counts.sum(1)]
        return normalize(self.text.text_projection(model.final_layer_norm(ends)), dim=-1)

    def loss(self, regions: Tensor, captions: Tensor, counts: Tensor) -> dict[str, Tensor]:
        """It does not learn."""
        return {}
