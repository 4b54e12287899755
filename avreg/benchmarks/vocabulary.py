"""WordTokenizer: the small word vocabulary of the embedded text encoder, made from the benchmark cards."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from avreg.registry import TASK_UTILS

from .ave import AVE
from .avs_ms3 import AVS_MS3
from .avs_s4 import AVS_S4
from .avss import AVSS
from .flickr_soundnet import FLICKR_SOUNDNET
from .llp import LLP
from .music_avqa import ANSWERS, INSTRUMENTS, MUSIC_AVQA, TEMPLATES
from .vggss import VGGSS

PAD, UNKNOWN = '<pad>', '<unk>'

# What the slots of a MUSIC-AVQA template may hold, besides the instruments of <Object>.
SLOT_WORDS = {
    'LR': ('left', 'middle', 'right'),
    'LRer': ('leftest', 'rightest'),
    'FL': ('first', 'last'),
    'TH': ('first', 'second', 'third', 'fourth', 'fifth'),
    'LL': ('loudest', 'lowest'),
    'BA': ('before', 'after'),
}

_SLOT = re.compile(r'<\w+>')
# Letters and digits; an underscore joins (acoustic_guitar is one word), any other character separates.
_WORD = re.compile(r'[a-z0-9]+(?:_[a-z0-9]+)*')


def split_words(text: str) -> list[str]:
    """The lower-case words of a text. Punctuation separates, an underscore between letters joins."""
    return _WORD.findall(text.lower())


def _card_texts() -> Iterator[str]:
    """All texts of the cards in a fixed order. Append only: trained embeddings depend on the order."""
    yield from (_SLOT.sub(' ', template.template) for template in TEMPLATES)
    for words in SLOT_WORDS.values():
        yield from words
    yield from INSTRUMENTS
    yield from ANSWERS
    for card in (MUSIC_AVQA, AVE, LLP):
        yield card.prompt or ''
        yield from card.labels
    # Of the benchmarks about places only the prompts: their labels are never said.
    yield from (card.prompt for card in (VGGSS, FLICKR_SOUNDNET, AVS_S4, AVS_MS3, AVSS))


@TASK_UTILS.register_module()
class WordTokenizer:
    """Words to indices and back. The same vocabulary on every machine: it depends on the cards alone.

    Index 0 is padding, 1 an unknown word, then every word of the question templates, of their slots, of the labels
    that answers and events have, and of the prompts of the cards, in the order of their first appearance.

    Args:
        extra: more texts (prompts of a plugin, say), whose new words are appended.
    """

    pad, unknown = 0, 1

    def __init__(self, extra: Iterable[str] = ()):
        texts = (*_card_texts(), *extra)
        self._number([PAD, UNKNOWN, *(word for text in texts for word in split_words(text))])

    def _number(self, words: Iterable[str]) -> None:
        """Number ``words`` by their first appearance."""
        self.words = list(dict.fromkeys(words))
        self._index = {word: index for index, word in enumerate(self.words)}

    def __len__(self) -> int:
        """Size of the vocabulary, specials included."""
        return len(self.words)

    def encode(self, text: str) -> list[int]:
        """Index of every word of ``text``; words outside the vocabulary become 1."""
        return [self._index.get(word, self.unknown) for word in split_words(text)]

    def outside(self, text: str) -> list[str]:
        """The words of ``text`` that are not in the vocabulary."""
        return [word for word in split_words(text) if word not in self._index]

    def decode(self, ids: Iterable[int]) -> str:
        """The words of ``ids`` joined by blanks, without padding.

        Raises:
            ValueError: an index outside the vocabulary.
        """
        ids = [int(i) for i in ids]
        outside = [i for i in ids if not 0 <= i < len(self.words)]
        if outside:
            raise ValueError(f'token {outside[0]} is outside the vocabulary of {len(self.words)} words')
        return ' '.join(self.words[i] for i in ids if i != self.pad)
