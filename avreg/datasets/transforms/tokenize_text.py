"""TokenizeText: the question, or the prompt of the task, as tokens; and the prompt that was made of a question."""
from __future__ import annotations

import logging
import os
from collections.abc import Mapping

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.logging import print_log

from avreg.benchmarks import get_card
from avreg.benchmarks.vocabulary import WordTokenizer
from avreg.errors import ConfigError
from avreg.registry import TASK_UTILS, TRANSFORMS

from .clip_tokenizer import CLIPBytePairTokenizer


def build_tokenizer(tokenizer: dict | str | os.PathLike | None, default: type):
    """A tokenizer from its config, or from the folder of a download of CLIP; a ``default`` unless given."""
    if isinstance(tokenizer, (str, os.PathLike)):
        tokenizer = dict(type=CLIPBytePairTokenizer, folder=tokenizer)
    return TASK_UTILS.build(tokenizer or dict(type=default))


@TRANSFORMS.register_module()
class TokenizeText(BaseTransform):
    """Adds ``tokens`` int64[N] of ``question`` where a sample has one, else of the prompt of its benchmark; and ``prompt_tokens`` int64[N]
    where ConstructPrompt made a declarative ``prompt``, ``choice_tokens`` int64[C, N], padded with 0, where there are ``choices``. A
    question enters without its final question mark, as TSPM's features were made.

    Args:
        prompts: benchmark -> sentence, instead of the card's.
        tokenizer: the folder of a download of CLIP, for CLIPTextEncoder (see CLIPBytePairTokenizer), or the config of any tokenizer;
            WordTokenizer, for EmbeddedTextEncoder, unless given.

    Raises:
        ConfigError: no question and no prompt.
        FileNotFoundError: the tokenizer's files are missing in the folder.
        ValueError: they are not CLIP's.
    """

    def __init__(self, prompts: Mapping[str, str] | None = None, tokenizer: dict | str | None = None):
        self.prompts = {get_card(name).name: text for name, text in (prompts or {}).items()}
        self.tokenizer = build_tokenizer(tokenizer, WordTokenizer)
        self._told = False

    def transform(self, results: dict) -> dict:
        """See the class."""
        benchmark = results['benchmark']
        text = results.get('question') or self.prompts.get(benchmark) or get_card(benchmark).prompt
        if not text:
            raise ConfigError(f'{benchmark} sample {results["sample_id"]} has no question, and its card no prompt; '
                              'give one in TokenizeText.prompts')
        results['tokens'] = self._encode(text.rstrip().removesuffix('?'))
        if 'prompt' in results:
            # Where questions follow no templates it is the question.
            results['prompt_tokens'] = self._encode(results['prompt'].rstrip().removesuffix('?'))
        if 'choices' in results:
            rows = [self._encode(choice) for choice in results['choices']]
            results['choice_tokens'] = np.stack([np.pad(row, (0, max(map(len, rows)) - len(row))) for row in rows])
        return results

    def _encode(self, text: str) -> np.ndarray:
        tokens = self.tokenizer.encode(text)
        # A vocabulary of words may lack some; pieces of words never do.
        if not self._told and isinstance(self.tokenizer, WordTokenizer) and (outside := self.tokenizer.outside(text)):
            self._told = True
            print_log(f'TokenizeText: {", ".join(map(repr, outside))} in {text!r} stand outside the {len(self.tokenizer)} words of the embedded '
                      "text encoder, to which all such words are one. WordTokenizer(extra=...), in the pipelines and in model.backbones.text, "
                      'adds words; later texts are not told of', logger='current', level=logging.WARNING)
        return np.array(tokens, dtype=np.int64)
