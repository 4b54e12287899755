"""CLIPTextEncoder: the text tower of CLIP, sentence feature and token features."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from avreg.models.checkpoints import clip_config, load_clip
from avreg.registry import MODELS

from .pretrained_encoder import PretrainedEncoder, load_weights


@MODELS.register_module()
class CLIPTextEncoder(PretrainedEncoder):
    """CLIP's text transformer (Radford et al. 2021), from transformers: the official encoder of questions and task prompts.

    Its tokens are CLIP's byte pairs: the pipeline's TokenizeText is given the same folder, ``tokenizer='checkpoints/clip'``. It
    has no table of whole words, so it gives no ``vocabulary``: QuestionAnsweringHead is used with ``answers=None``.

    Args:
        variant: 'ViT-B/32', 'ViT-B/16', 'ViT-L/14' or 'ViT-L/14@336'. The checkpoint must be of this one; None takes whatever
            sizes its ``config.json`` has.
        checkpoint: folder of a download in the Hugging Face format: ``config.json`` and ``model.safetensors`` (or an older one's
            ``pytorch_model.bin``), or the ``.safetensors`` file that ``tools/convert_checkpoint.py clip`` made; every key of the
            text tower must fit, the image tower is left out. None keeps random weights and says so.
        frozen: the pretrained part stays in evaluation mode, also in training, and gets no gradient.
        channels: width D of ``text`` and ``words``, by a linear layer each, which learn also behind a frozen network; None gives
            CLIP's own: 512 of ViT-B, 768 of ViT-L.
        chunk: sentences encoded at a time.

    Raises:
        ValueError: unknown variant, a checkpoint that does not fit or is of another variant, or ``chunk`` is not positive.
        FileNotFoundError: no such folder, or a file is missing in it.
    """

    def __init__(self,
                 variant: str | None = 'ViT-L/14',
                 checkpoint: str | None = None,
                 frozen: bool = True,
                 channels: int | None = None,
                 chunk: int = 64):
        # Here, for it takes seconds that nobody should wait for who does not use this encoder.
        from transformers import CLIPTextModelWithProjection
        config = clip_config(variant, checkpoint).text_config
        # A config.json may ask for half precision; mixed precision is the optimizer wrapper's business.
        config.dtype = torch.float32
        # CLIP's last token. Early configs wrongly say 2.
        if not 2 < config.eos_token_id < config.vocab_size:
            config.eos_token_id = config.vocab_size - 1
        network = CLIPTextModelWithProjection(config)
        load_weights(network, f'CLIPTextEncoder(variant={variant!r})', checkpoint,
                     lambda folder: load_clip(folder, 'text', {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}))
        super().__init__(network, frozen, chunk)
        self.end, self.vocab_size, self.max_tokens = config.eos_token_id, config.vocab_size, config.max_position_embeddings
        self.project = nn.Linear(config.projection_dim, channels) if channels else nn.Identity()
        self.project_words = nn.Linear(config.hidden_size, channels) if channels else nn.Identity()

    def forward(self, text: Tensor) -> dict[str, Tensor]:
        """text: int64[B, N], CLIP's tokens from start to end of text. Whatever follows the first end of text is padding.

        Gives ``text`` float[B, D], projected from the position of the end of text; ``words`` float[B, N, D], the tokens after the
        last norm, 0 on padding; ``words_valid`` bool[B, N], start and end of text included.

        Raises:
            ValueError: a sentence without end or longer than CLIP's 77 tokens, or a token outside the vocabulary.
        """
        if text.ndim != 2 or text.shape[1] > self.max_tokens:
            raise ValueError(f'CLIPTextEncoder takes tokens (B, N) with N up to {self.max_tokens}, got {tuple(text.shape)}')
        ends = text == self.end
        if not (ends.any(1) & (text >= 0).all(1) & (text < self.vocab_size).all(1)).all():
            raise ValueError(f'CLIPTextEncoder takes sentences that end with token {self.end}, of a vocabulary of {self.vocab_size}; these '
                             "are not its tokens. Give TokenizeText the folder of CLIP's download: TokenizeText(tokenizer='...')")
        # 0 pads a batch, but it is a token of CLIP's too (the exclamation mark): the end of text alone tells.
        valid = torch.arange(text.shape[1], device=text.device) <= ends.int().argmax(1, keepdim=True)
        sentences, words = self.in_chunks(self._encode, text)
        return {'text': sentences, 'words': words * valid.unsqueeze(-1), 'words_valid': valid}

    def _encode(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Sentence features float[n, D] and token features float[n, N, D] of tokens int64[n, N]."""
        with self.network_grad():
            # Its attention looks back only: nothing after the end of text reaches it, so there is no mask.
            found = self.network(input_ids=tokens)
        return self.project(found.text_embeds), self.project_words(found.last_hidden_state)
