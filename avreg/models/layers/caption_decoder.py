"""CaptionDecoder: a sentence for each frame, token by token."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.registry import TASK_UTILS


class CaptionDecoder(BaseModule):
    """A small GPT-2 with cross-attention (transformers'), trained from scratch (SSUFormer, Sec. IV-B4).

    Args:
        tokenizer: config of the tokenizer that made the captions' tokens. Its ``start`` begins and its ``end`` ends a sentence;
            whatever follows the first end is padding.
        channels: width D, also of what the cross-attention looks at.
        num_layers: blocks.
        num_heads: attention heads.
        max_tokens: longest sentence, start and end included.
        num_beams: of the search in prediction; 1 is greedy.
        dropout: of embeddings, attention and branches.
        mixture: module that mixes the hidden states with another expert's (HierarchicalExperts).
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: ``max_tokens`` below 2 or ``num_beams`` below 1.
    """

    def __init__(self,
                 tokenizer: dict,
                 channels: int = 128,
                 num_layers: int = 2,
                 num_heads: int = 4,
                 max_tokens: int = 40,
                 num_beams: int = 1,
                 dropout: float = 0.1,
                 mixture: nn.Module | None = None,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        if max_tokens < 2 or num_beams < 1:
            raise ValueError(f'CaptionDecoder(max_tokens={max_tokens}, num_beams={num_beams}): a sentence has a start and an end, and a '
                             'search at least one beam')
        # Here, for it takes seconds that nobody should wait for who does not use this decoder.
        from transformers import GPT2Config

        from .mixed_gpt2 import MixedGPT2
        self.tokenizer = TASK_UTILS.build(tokenizer)
        self.max_tokens, self.num_beams = max_tokens, num_beams
        config = GPT2Config(
            vocab_size=len(self.tokenizer), n_positions=max_tokens, n_embd=channels, n_layer=num_layers, n_head=num_heads,
            resid_pdrop=dropout, embd_pdrop=dropout, attn_pdrop=dropout, add_cross_attention=True, bos_token_id=self.tokenizer.start,
            eos_token_id=self.tokenizer.end)
        self.network = MixedGPT2(config, mixture)
        self.network.generation_config.pad_token_id = self.tokenizer.end

    def forward(self, tokens: Tensor, memory: Tensor, expert: dict[str, Tensor] | None = None) -> tuple[Tensor, Tensor | None]:
        """Logits of the token after each of ``tokens``, float[F, N, V], and the weights of the experts, float[F, N], if there are.

        Args:
            tokens: int64[F, N], from start on.
            memory: float[F, M, D], what is known about each frame.
            expert: what the mixture is given (see MixedGPT2).

        Raises:
            ValueError: N is above ``max_tokens``.
        """
        if tokens.shape[1] > self.max_tokens:
            raise ValueError(f'CaptionDecoder(max_tokens={self.max_tokens}) got a sentence of {tokens.shape[1]} tokens')
        found = self.network(tokens, memory, **(expert or {}), use_cache=False)
        return found.logits, found.attentions

    def targets(self, captions: Tensor) -> tuple[Tensor, Tensor]:
        """What :meth:`forward` shall say about ``captions[:, :-1]``: the next token, int64[F, N - 1], and which of these count,
        bool[F, N - 1]: all up to the first end.

        Raises:
            ValueError: a caption that does not start with ``start``, or has no end.
        """
        ends = captions == self.tokenizer.end
        if not ((captions[:, 0] == self.tokenizer.start) & ends.any(1)).all():
            raise ValueError(f'a caption goes from token {self.tokenizer.start} to token {self.tokenizer.end}; these are not tokens of '
                             f'{type(self.tokenizer).__name__}: give TokenizeCaptions and the head the same tokenizer')
        counts = torch.arange(captions.shape[1], device=captions.device) <= ends.int().argmax(1, keepdim=True)
        return captions[:, 1:], counts[:, 1:]

    def generate(self, memory: Tensor, expert: dict[str, Tensor] | None = None) -> Tensor:
        """The likeliest sentences as the search finds them, int64[F, N] from start on; behind the end stands end.

        All F frames advance together; keys and values of what was said and of ``memory`` are computed once. For the arguments see
        :meth:`forward`.
        """
        start = torch.full((len(memory), 1), self.tokenizer.start, device=memory.device)
        return self.network.generate(
            start, attention_mask=torch.ones_like(start), encoder_hidden_states=memory, max_length=self.max_tokens, do_sample=False,
            num_beams=self.num_beams, **(expert or {}))

    def decode(self, tokens: Tensor) -> list[str]:
        """Sentences of tokens int64[F, N]."""
        return [self.tokenizer.decode(row) for row in tokens.tolist()]
