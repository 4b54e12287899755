"""CLIP written plainly, with the names of OpenAI's release: a block is LayerNorm, attention, LayerNorm, two linear layers."""
from __future__ import annotations

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """A block of a tower of ``width``, with heads of 64."""

    def __init__(self, width: int):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, width // 64, batch_first=True)
        self.mlp = nn.ModuleDict(dict(c_fc=nn.Linear(width, 4 * width), c_proj=nn.Linear(4 * width, width)))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, attn_mask=mask, need_weights=False)[0]
        y = self.mlp['c_fc'](self.ln_2(x))
        return x + self.mlp['c_proj'](y * torch.sigmoid(1.702 * y))


class Tower(nn.Module):
    """The blocks of a tower."""

    def __init__(self, width: int, layers: int):
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width) for _ in range(layers))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        for block in self.resblocks:
            x = block(x, mask)
        return x


class Visual(nn.Module):
    """The image tower."""

    def __init__(self, patch: int, image: int, width: int, layers: int, projected: int):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty((image // patch)**2 + 1, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Tower(width, layers)
        self.proj = nn.Parameter(torch.empty(width, projected))

    def forward(self, frames: Tensor) -> Tensor:
        """float[N, 3, H, W]. Gives float[N, D]."""
        x = self.conv1(frames).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], 1) + self.positional_embedding
        return self.ln_post(self.transformer(self.ln_pre(x))[:, 0]) @ self.proj


class OfficialCLIP(nn.Module):
    """Both towers, randomly filled so that every layer counts."""

    def __init__(self, patch: int, image: int, width: int, layers: int, text_width: int, vocabulary: int = 49408):
        super().__init__()
        self.visual = Visual(patch, image, width, layers, text_width)
        self.transformer = Tower(text_width, 12)
        self.token_embedding = nn.Embedding(vocabulary, text_width)
        self.positional_embedding = nn.Parameter(torch.empty(77, text_width))
        self.ln_final = nn.LayerNorm(text_width)
        self.text_projection = nn.Parameter(torch.empty(text_width, text_width))
        self.logit_scale = nn.Parameter(torch.ones([]))
        torch.manual_seed(0)
        for p in self.parameters():
            nn.init.normal_(p, 0.3, 0.2) if p.ndim == 1 else nn.init.normal_(p, 0, p[0].numel()**-0.5) if p.ndim else None

    def encode_text(self, text: Tensor) -> Tensor:
        """int64[B, N], the end of text being the highest token. Gives float[B, D]."""
        mask = torch.full((text.shape[1], ) * 2, -torch.inf).triu(1)
        x = self.token_embedding(text) + self.positional_embedding[:text.shape[1]]
        x = self.ln_final(self.transformer(x, mask))
        return x[torch.arange(len(x)), text.argmax(1)] @ self.text_projection
