"""MixedGPT2: transformers' GPT-2 with another expert beside it. Imported by who needs it: transformers takes seconds."""
from __future__ import annotations

from torch import Tensor, nn
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.modeling_outputs import CausalLMOutputWithCrossAttentions


class MixedGPT2(GPT2LMHeadModel):
    """GPT-2 whose last hidden states are mixed with what an expert says before they predict the next token.

    Args:
        config: of GPT-2.
        mixture: called with hidden states and the three additional arguments of :meth:`forward`, gives hidden states and weights;
            None: plain GPT-2.
    """

    def __init__(self, config: GPT2Config, mixture: nn.Module | None = None):
        super().__init__(config)
        self.mixture = mixture
        # Initialised: MMEngine would do it again.
        self.is_init = True

    def forward(self,
                input_ids: Tensor,
                encoder_hidden_states: Tensor | None = None,
                frame: Tensor | None = None,
                expert: Tensor | None = None,
                expert_valid: Tensor | None = None,
                **kwargs) -> CausalLMOutputWithCrossAttentions:
        """Logits, and in ``attentions`` the weights of the mixture where there is one.

        Args:
            input_ids: int64[F, N].
            encoder_hidden_states: float[F, M, D], what the cross-attention looks at.
            frame, expert, expert_valid: of the mixture, one row a sentence.
            **kwargs: what ``generate`` hands to GPT-2: cache, positions.
        """
        found = self.transformer(input_ids, encoder_hidden_states=encoder_hidden_states, **kwargs)
        hidden, weights = found.last_hidden_state, None
        if self.mixture is not None:
            hidden, weights = self.mixture(hidden, frame, expert, expert_valid)
        # Older versions say past_key_values, and newer ones warn of it.
        cache = {name: value for name, value in found.items() if name in ('cache', 'past_key_values')}
        return CausalLMOutputWithCrossAttentions(logits=self.lm_head(hidden), attentions=weights, **cache)
