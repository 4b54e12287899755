"""BenchmarkCard: what is fixed about a benchmark, whoever reads it (dataset, head, metric, leaderboard)."""
from __future__ import annotations

import dataclasses

from avreg.errors import did_you_mean


@dataclasses.dataclass(frozen=True)
class BenchmarkCard:
    """The constants of one benchmark.

    Args:
        name: key used everywhere (``'ave'``): configs, ``AVDataSample.benchmark``, metric prefixes.
        title: full name, for people.
        labels: the label space in official order; index = position.
        prompt: the fixed task sentence (AV-Unified, Sec. III-D), or None where the question itself is the prompt.
        main_metric: the key that enters ``score``.
        protocol: how the numbers are computed, where authors differ.
        num_segments: seconds of a clip.
        splits: names of the splits.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    prompt: str | None
    main_metric: str
    protocol: str
    num_segments: int
    splits: tuple[str, ...] = ('train', 'val', 'test')

    def label_index(self, label: str, where: str = '') -> int:
        """Index of ``label``.

        Raises:
            ValueError: an unknown label; names ``where`` it stood (file, line, id) and the nearest known labels.
        """
        try:
            return self._index[label]
        except KeyError:
            hint = did_you_mean(label, self.labels) or f'; the labels are: {", ".join(self.labels)}'
            raise ValueError(f'{label!r} is not a label of {self.name}{" at " + where if where else ""}{hint}') from None

    def __post_init__(self):
        object.__setattr__(self, '_index', {label: i for i, label in enumerate(self.labels)})


_CARDS: dict[str, BenchmarkCard] = {}


def register_card(card: BenchmarkCard) -> BenchmarkCard:
    """Make a card known under its name. A plugin that adds a benchmark calls this.

    Raises:
        ValueError: the name is taken by another card.
    """
    if _CARDS.get(card.name, card) != card:
        raise ValueError(f'a benchmark called {card.name!r} is already registered ({_CARDS[card.name].title})')
    _CARDS[card.name] = card
    return card


def get_card(name: str) -> BenchmarkCard:
    """The card of benchmark ``name``.

    Raises:
        ValueError: unknown name; suggests the nearest.
    """
    if name not in _CARDS:
        raise ValueError(f'{name!r} is not a benchmark{did_you_mean(name, _CARDS)}')
    return _CARDS[name]


def list_cards() -> list[BenchmarkCard]:
    """All registered cards, by name."""
    return [_CARDS[name] for name in sorted(_CARDS)]
