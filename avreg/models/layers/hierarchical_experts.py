"""HierarchicalExperts: a large model's view of the clip beside the decoder's view of the frame."""
from __future__ import annotations

from mmengine.model import BaseModule
from torch import Tensor, cat, nn

from avreg.registry import MODELS


class HierarchicalExperts(BaseModule):
    """Mixture of hierarchical-prompted experts of SSUFormer (MoHE, Fig. 6).

    Expert 1 gives a memory of the clip; each token of the sentence takes from it, by attention, what goes with its own hidden
    state. Expert 2 is that hidden state, of the caption decoder. A router weighs the two for each token: an MLP on the frame's
    fused feature and expert 1's pooled state, and on the token's hidden state, without which all tokens of a frame would have one
    weight.

    Args:
        expert: config of expert 1 (LlavaExpert, EmbeddedExpert).
        channels: width D.
        num_heads: attention heads.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, expert: dict, channels: int = 128, num_heads: int = 4, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.expert = MODELS.build(expert)
        self.project = nn.Sequential(nn.Linear(self.expert.channels, channels), nn.LayerNorm(channels))
        self.attention = nn.MultiheadAttention(channels, num_heads, batch_first=True)
        self.norm = nn.LayerNorm(channels)
        self.router = nn.Sequential(nn.Linear(3 * channels, channels), nn.GELU(), nn.Linear(channels, 2))

    def forward(self, hidden: Tensor, frame: Tensor, expert: Tensor, expert_valid: Tensor) -> tuple[Tensor, Tensor]:
        """The mixed hidden states float[F, N, D], and expert 1's weights float[F, N].

        Args:
            hidden: float[F, N, D], of the caption decoder.
            frame: float[F, D], fused feature of each frame.
            expert: float[F, L, C], hidden states of expert 1 about the clip of each frame.
            expert_valid: bool[F, L], which of these there are.
        """
        memory = self.project(expert)
        found, _ = self.attention(hidden, memory, memory, key_padding_mask=~expert_valid, need_weights=False)
        keep = expert_valid.unsqueeze(-1)
        pooled = memory.masked_fill(~keep, 0).sum(1) / keep.sum(1)
        about = cat([frame, pooled], -1).unsqueeze(1).expand(-1, hidden.shape[1], -1)
        weights = self.router(cat([about, hidden], -1)).softmax(-1)
        return weights[..., :1] * self.norm(found) + weights[..., 1:] * hidden, weights[..., 0]
