"""CaptionTokenizer: the words of the sentences about what sounds, from begin to end of a sentence."""
from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from avreg.registry import TASK_UTILS

from .vocabulary import PAD, UNKNOWN, WordTokenizer, split_words

SPECIALS = (PAD, '<begin>', '<end>', UNKNOWN)

# What the sentences of AVWorld are made of. Append only: trained embeddings depend on the order.
WORDS = tuple('''
a an the and in on is no nothing instrument left middle right outside picture indoors outdoors now while both as at all once heard
falls fall silent slowly steadily fast softly plays play with long pauses loud notes one by keeps gentle even rhythm sets strong steady beat
runs quietly through quick hammers out loudly then gently pace strongly bursts without rest trio sound
violin cello bagpipe accordion trumpet flute xylophone drum banjo acoustic guitar
woman sings girl hums man speaks baby laughs mower rattles saw buzzes doorbell chimes keyboard clatters ambulance wails bus honks
bird whistles cat meows clock ticks telephone rings horse trots axe chops gun fires drill roars dog barks sheep bleats
'''.split())


@TASK_UTILS.register_module()
class CaptionTokenizer(WordTokenizer):
    """Sentences to token ids and back, word by word.

    Index 0 is padding, 1 begins a sentence, 2 ends it, 3 is an unknown word, then come the words. Without a file these are
    :data:`WORDS`: a sentence with another word is of other data, and an error. In a file made of the training sentences
    (``tools/misc/build_vocabulary.py``) rare words, and those of other splits alone, may be missing; they become 3.

    Args:
        vocabulary: text file with one word a line.

    Raises:
        FileNotFoundError: no such file.
        ValueError: it holds no words, or a line that is not one word in lower case, or one twice.
    """

    pad, start, end, unknown = range(len(SPECIALS))

    def __init__(self, vocabulary: str | os.PathLike | None = None):
        self.vocabulary = vocabulary
        self._number([*SPECIALS, *(WORDS if vocabulary is None else _read_words(Path(vocabulary)))])

    def encode(self, text: str) -> list[int]:
        """1, the words of ``text``, 2.

        Raises:
            ValueError: the built-in vocabulary lacks a word.
        """
        ids = super().encode(text)
        if self.vocabulary is None and self.unknown in ids:
            word = split_words(text)[ids.index(self.unknown)]
            raise ValueError(
                f"{word!r} of the sentence {text!r} is not in CaptionTokenizer's own vocabulary, the {len(WORDS)} words of the sentences of "
                'AVWorld; make one of the training sentences (python tools/misc/build_vocabulary.py ANNOTATIONS OUT) and give it in '
                '`vocabulary`, to TokenizeCaptions and to the head alike')
        return [self.start, *ids, self.end]

    def decode(self, ids: Iterable[int]) -> str:
        """The words of ``ids`` up to the first end, joined by blanks; begin and padding are left out.

        Raises:
            ValueError: an index outside the vocabulary.
        """
        ids = [int(i) for i in ids]
        ids = ids[:ids.index(self.end)] if self.end in ids else ids
        return super().decode(i for i in ids if i != self.start)


def _read_words(path: Path) -> list[str]:
    """The words of a vocabulary file. For the errors see :class:`CaptionTokenizer`."""
    if not path.is_file():
        raise FileNotFoundError(f'CaptionTokenizer: there is no vocabulary file {path.absolute()} (option `vocabulary`); make it with '
                                'python tools/misc/build_vocabulary.py ANNOTATIONS OUT')
    words: dict[str, int] = {}
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        word = line.strip()
        if split_words(word) != [word]:
            raise ValueError(f'{path}:{number}: {line!r} is not one word in lower case; a vocabulary file has one a line')
        if word in words:
            raise ValueError(f'{path}:{number}: the word {word!r} stands in line {words[word]} already')
        words[word] = number
    if not words:
        raise ValueError(f'{path}: the vocabulary file is empty')
    return list(words)
