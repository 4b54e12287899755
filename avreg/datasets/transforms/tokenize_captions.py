"""TokenizeCaptions: the sentence about each frame as tokens, for training."""
from __future__ import annotations

import os

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.benchmarks import CaptionTokenizer
from avreg.errors import ConfigError
from avreg.registry import TRANSFORMS

from .tokenize_text import build_tokenizer


@TRANSFORMS.register_module()
class TokenizeCaptions(BaseTransform):
    """Adds ``gt_captions`` int64[T, N] of the T sentences in ``descriptions``: each from its begin to its end, then 0.

    It comes behind RandomFlip, which exchanges left and right in the sentences.

    Args:
        tokenizer: the folder of a download of CLIP (see CLIPBytePairTokenizer), or the config of any tokenizer;
            CaptionTokenizer (begin 1, end 2, unknown word 3) unless given.
        max_length: N, begin and end included; of a longer sentence the rest is left out, and the end stays.

    Raises:
        ConfigError: no room for a word.
        ValueError: a word that the tokenizer does not know; names the sample.
    """

    def __init__(self, tokenizer: dict | str | os.PathLike | None = None, max_length: int = 24):
        if max_length < 3:
            raise ConfigError(f'TokenizeCaptions(max_length={max_length}): begin, a word and end are three tokens')
        self.tokenizer = build_tokenizer(tokenizer, CaptionTokenizer)
        self.max_length = max_length

    def transform(self, results: dict) -> dict:
        """See the class."""
        N = self.max_length
        captions = np.zeros((len(results['descriptions']), N), np.int64)
        for row, sentence in zip(captions, results['descriptions']):
            try:
                ids = self.tokenizer.encode(sentence)
            except ValueError as problem:
                raise ValueError(f"{results['benchmark']} sample {results['sample_id']}: {problem}") from problem
            ids = ids if len(ids) <= N else [*ids[:N - 1], ids[-1]]
            row[:len(ids)] = ids
        results['gt_captions'] = captions
        return results
