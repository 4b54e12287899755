"""Captions: BLEU-4, ROUGE-L and METEOR as pycocoevalcap 1.2 computes them, one candidate and one reference a segment."""
from __future__ import annotations

import importlib.util
import re
import shutil
from collections import Counter
from collections.abc import Sequence

import numpy as np

from avreg.errors import ConfigError

_PLAIN = str.maketrans({'\u2018': "'", '\u2019': "'", '\u201c': '"', '\u201d': '"', '\u2013': '-', '\u2014': '-', '\u2026': '...'})
_BRACKETS = {'(': ' -lrb- ', ')': ' -rrb- ', '[': ' -lsb- ', ']': ' -rsb- ', '{': ' -lcb- ', '}': ' -rcb- '}
_CONTRACTION = re.compile(r"(?<=\w)(n't|'s|'re|'ve|'ll|'d|'m)\b")
# Words joined inside by single marks, or one other character.
_TOKEN = re.compile(r"-[lr][rsc]b-|n't|'(?:s|re|ve|ll|d|m)\b|\w+(?:[-'.,:/]\w+)*|[^\w\s]")
_DROPPED = frozenset("'\"`.,?!:;-")
_MAX_ORDER = 4
# ROUGE-L's weight of recall.
_BETA = 1.2


def tokenize(text: str) -> list[str]:
    """The tokens that pycocoevalcap's Penn Treebank tokenizer gives, lower-cased, without punctuation.

    Brackets become ``-lrb-`` and so on; "cannot" becomes two words; ``n't``, ``'s``, ``'re``, ... are split off.
    """
    text = text.lower().translate(_PLAIN)
    for bracket, token in _BRACKETS.items():
        text = text.replace(bracket, token)
    text = re.sub(r'\bcannot\b', 'can not', text)
    return [token for token in _TOKEN.findall(_CONTRACTION.sub(r' \1', text)) if token not in _DROPPED]


def bleu(candidates: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """Corpus BLEU-4 in percent: clipped n-gram matches and counts summed over all segments, no smoothing.

    Args:
        candidates, references: tokens of each segment.
    """
    pairs = zip(candidates, references, strict=True)
    return float(bleu_of_statistics(sum((bleu_statistics(*pair) for pair in pairs), np.zeros(2 * _MAX_ORDER + 2))))


def bleu_statistics(candidate: Sequence[str], reference: Sequence[str]) -> np.ndarray:
    """What BLEU needs of a segment, int64[10]: clipped matches of 1- to 4-grams, their numbers, and the lengths of the two."""
    found, wanted = ([_ngrams(tokens, n) for n in range(1, _MAX_ORDER + 1)] for tokens in (candidate, reference))
    matches = [sum((one & other).values()) for one, other in zip(found, wanted)]
    return np.array([*matches, *(sum(ngrams.values()) for ngrams in found), len(candidate), len(reference)])


def bleu_of_statistics(sums: np.ndarray) -> np.ndarray:
    """Corpus BLEU-4 in percent, float64[...], of the sums over segments, [..., 10]."""
    matches, counts = sums[..., :_MAX_ORDER], sums[..., _MAX_ORDER:2 * _MAX_ORDER]
    product = ((matches + 1e-15) / (counts + 1e-9)).prod(-1)
    ratio = (sums[..., -2] + 1e-15) / (sums[..., -1] + 1e-9)
    return 100.0 * product**(1 / _MAX_ORDER) * np.exp(np.minimum(1 - 1 / ratio, 0))


def rouge_l(candidate: Sequence[str], reference: Sequence[str]) -> float:
    """ROUGE-L of one segment in percent: F of precision and recall of the longest common subsequence, recall weighted by 1.2."""
    common = _longest_common(candidate, reference)
    if not common:
        return 0.0
    precision, recall = common / len(candidate), common / len(reference)
    return 100.0 * (1 + _BETA**2) * precision * recall / (recall + _BETA**2 * precision)


def require_meteor() -> None:
    """Stop unless :func:`meteor` can run.

    Raises:
        ConfigError: Java or the package is not there; names what is missing.
    """
    missing = [] if shutil.which('java') else ['Java (a `java` command)']
    if importlib.util.find_spec('pycocoevalcap') is None:
        missing.append('pycocoevalcap (`pip install avreg[captions]`)')
    if missing:
        raise ConfigError(f'METEOR needs {" and ".join(missing)}. Install it, or leave METEOR out with --skip-meteor (skip_meteor=True of '
                          'the metric); no other implementation gives its numbers')


def meteor(candidates: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """METEOR 1.5 of the corpus in percent, by pycocoevalcap's Java program.

    Raises:
        ConfigError: see :func:`require_meteor`.
    """
    require_meteor()
    from pycocoevalcap.meteor.meteor import Meteor
    truth = {i: [' '.join(tokens)] for i, tokens in enumerate(references)}
    found = {i: [' '.join(tokens)] for i, tokens in enumerate(candidates)}
    return 100.0 * Meteor().compute_score(truth, found)[0]


def _ngrams(tokens: Sequence[str], n: int) -> Counter:
    return Counter(zip(*(tokens[i:] for i in range(n))))


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence; a row of the table is one integer, a bit a token (Hyyroe's algorithm)."""
    places: dict[str, int] = {}
    for i, token in enumerate(one):
        places[token] = places.get(token, 0) | 1 << i
    full = (1 << len(one)) - 1
    row = full
    for token in other:
        hit = row & places.get(token, 0)
        row = (row + hit | row - hit) & full
    return len(one) - row.bit_count()
