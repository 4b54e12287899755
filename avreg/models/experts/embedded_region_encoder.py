"""EmbeddedRegionEncoder: a small pair of towers that learns, beside the model, what CLIP knows beforehand."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import interpolate, normalize

from avreg.models.backbones.embedded_visual_encoder import EmbeddedVisualEncoder
from avreg.registry import MODELS, TASK_UTILS


@MODELS.register_module()
class EmbeddedRegionEncoder(BaseModule):
    """It stands where CLIP stands at paper scale, with the same two methods. Nothing pretrained exists offline, so its towers learn
    during training from CLIP's own objective: the masked frames of the truth and their captions shall find each other in the batch
    (:meth:`loss`). To everything else they are frozen, as CLIP is: the other losses pass through them and change them not.

    Args:
        tokenizer: config of the tokenizer that made the captions' tokens.
        channels: width of tokens and embeddings.
        width: of the image tower (EmbeddedVisualEncoder).
        size: side to which masked frames are reduced, a multiple of 16.
        max_tokens: longest caption, start and end included.
        num_heads: attention heads of the text tower.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self,
                 tokenizer: dict,
                 channels: int = 96,
                 width: int = 24,
                 size: int = 80,
                 max_tokens: int = 40,
                 num_heads: int = 4,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels, self.size = channels, size
        self.image = EmbeddedVisualEncoder(channels, width)
        self.words = nn.Embedding(len(TASK_UTILS.build(tokenizer)), channels)
        self.text = _TextTower(channels, max_tokens, num_heads)
        # The logarithm of what similarities are multiplied by, as in CLIP.
        self.scale = nn.Parameter(torch.tensor(14.0).log())

    def encode_regions(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens float[F, M, C] and embedding float[F, C], normalised, of masked frames float[F, 3, H, W]."""
        found = _frozen(self.image, self._reduced(regions))
        return found['patches'].squeeze(0), normalize(found['visual'].squeeze(0), dim=-1)

    def encode_captions(self, start: int, probabilities: Tensor, counts: Tensor) -> Tensor:
        """Embedding float[F, C], normalised, of sentences that are known up to probabilities.

        Args:
            start: the token that begins them; not read here, it says nothing.
            probabilities: float[F, N, V], of each token behind it.
            counts: bool[F, N], which of these there are.
        """
        return _frozen(self.text, probabilities @ self.words.weight.detach(), counts)

    def loss(self, regions: Tensor, captions: Tensor, counts: Tensor) -> dict[str, Tensor]:
        """CLIP's objective, in both directions; frames with equal captions are all right answers.

        Args:
            regions: float[F, 3, H, W], frames times the true masks.
            captions: int64[F, N], tokens behind the start.
            counts: bool[F, N], which of these there are.
        """
        seen = normalize(self.image(self._reduced(regions))['visual'].squeeze(0), dim=-1)
        said = self.text(self.words(captions), counts)
        captions = captions.masked_fill(~counts, 0)
        same = (captions.unsqueeze(0) == captions.unsqueeze(1)).all(2)
        similarity = self.scale.exp().clamp(max=100) * seen @ said.T
        missed = similarity.masked_fill(~same, torch.finfo(similarity.dtype).min)
        return {'loss_regions': sum((similarity.logsumexp(d) - missed.logsumexp(d)).mean() for d in (0, 1)) / 2}

    def _reduced(self, regions: Tensor) -> Tensor:
        return interpolate(regions, (self.size, self.size), mode='bilinear', align_corners=False).unsqueeze(0)


class _TextTower(nn.Module):
    """A transformer layer over words, their mean, a linear layer."""

    def __init__(self, channels: int, max_tokens: int, num_heads: int):
        super().__init__()
        self.position = nn.Parameter(torch.randn(max_tokens, channels) * 0.5)
        # Without dropout: the same words have the same place.
        self.layer = nn.TransformerEncoderLayer(channels, num_heads, 2 * channels, 0.0, batch_first=True, norm_first=True)
        self.project = nn.Linear(channels, channels)

    def forward(self, words: Tensor, counts: Tensor) -> Tensor:
        """words float[F, N, C], counts bool[F, N]. Gives float[F, C], normalised."""
        x = self.layer(words + self.position[:words.shape[1]], src_key_padding_mask=~counts)
        x = x.masked_fill(~counts.unsqueeze(-1), 0).sum(1) / counts.sum(1, keepdim=True)
        return normalize(self.project(x), dim=-1)


def _frozen(module: nn.Module, *inputs: Tensor):
    """``module(*inputs)``, with a gradient for the inputs and none for the parameters."""
    return functional_call(module, {name: p.detach() for name, p in module.named_parameters()}, inputs)
