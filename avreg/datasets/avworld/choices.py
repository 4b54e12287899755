"""Multiple-choice questions in the manner of AVQA, answered from a scene.

One function a question: it yields ``(text, answer, wrong answers, most tempting first)`` for whatever the scene answers without
doubt. Of AVQA's eight types the world can ask six; nothing in it has a reason or a use.
"""
from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from avreg.benchmarks.avqa import NUM_CHOICES
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.questions import MIN_ONSET, Facts, name
from avreg.datasets.avworld.scene import PLACES, Scene

_NOT_SEEN = 'not visible in the picture'
_ALWAYS, _FIRST, _LAST, _NEVER = 'from beginning to end', 'before the middle', 'after the middle', 'not heard'
Asked = Iterator[tuple[str, str, list[str]]]


@dataclasses.dataclass(frozen=True)
class ChoiceQuestion:
    """A question with its choices; ``answer`` is the place of the true one."""

    text: str
    choices: tuple[str, ...]
    answer: int
    relation: str
    type: str


def _others(f: Facts, right: int) -> list[str]:
    """Names of other kinds, those that are in the scene first."""
    there = {actor.kind for actor in f.scene.actors}
    return [name(kind) for kind in sorted(range(len(KINDS)), key=lambda kind: kind not in there) if kind != right]


def _which_is_seen(f: Facts) -> Asked:
    for place, actor in f.at.items():
        yield f'What instrument is on the {place}?', name(actor.kind), _others(f, actor.kind)


def _which_is_heard(f: Facts) -> Asked:
    kinds = {actor.kind for actor in f.heard}
    if len(kinds) == 1 and not f.scene.voice:
        kind, = kinds
        yield 'What musical instrument is heard?', name(kind), _others(f, kind)


def _where_it_comes_from(f: Facts) -> Asked:
    for actor in f.heard:
        if len(f.sounds(actor.kind)) == 1 and len(f.seen(actor.kind)) <= 1:
            right = f'on the {actor.place}' if actor.visible else _NOT_SEEN
            yield f'Where is the sound of the {name(actor.kind)} coming from?', right, [f'on the {p}' for p in PLACES] + [_NOT_SEEN]


def _what_happens(f: Facts) -> Asked:
    both = {actor.kind for actor in f.sounding}
    if len(both) == 1:
        kind, = both
        yield 'What is playing in the video?', f'the {name(kind)}', [f'the {other}' for other in _others(f, kind)]


def _where_it_is(f: Facts) -> Asked:
    for actor in f.visible:
        if len(f.seen(actor.kind)) == 1:
            yield f'Where is the {name(actor.kind)}?', f'on the {actor.place}', [f'on the {p}' for p in PLACES] + [_NOT_SEEN]


def _what_comes_next(f: Facts) -> Asked:
    ordered = sorted(f.heard, key=lambda actor: actor.onset)
    onsets = [actor.onset for actor in ordered]
    if len({actor.kind for actor in ordered}) == len(ordered) > 1 and min(np.diff(onsets)) >= MIN_ONSET:
        for one, other in zip(ordered, ordered[1:]):
            yield f'What sounds after the {name(one.kind)} comes in?', name(other.kind), _others(f, other.kind)
            yield f'What sounds before the {name(other.kind)} comes in?', name(one.kind), _others(f, one.kind)


def _when(f: Facts) -> Asked:
    half = f.scene.duration // 2
    for kind in range(len(KINDS)):
        heard = f.sounds(kind)
        if not heard and not f.seen(kind):
            continue
        if len(heard) > 1:
            continue
        spans = (heard[0].onset, heard[0].offset) if heard else None
        right = {None: _NEVER, (0, f.scene.duration): _ALWAYS}.get(spans)
        if right is None:
            right = _FIRST if spans[1] <= half else _LAST if spans[0] >= half else None
        if right is not None:
            yield f'At what time is the {name(kind)} heard?', right, [_ALWAYS, _FIRST, _LAST, _NEVER]


# Relation and type as AVQA has them, and who asks.
_ASKERS: tuple[tuple[str, str, Callable[[Facts], Asked]], ...] = (
    ('View', 'Which', _which_is_seen),
    ('Sound', 'Which', _which_is_heard),
    ('Both', 'Come From', _where_it_comes_from),
    ('Both', 'Happening', _what_happens),
    ('View', 'Where', _where_it_is),
    ('Sound', 'Before Next', _what_comes_next),
    ('Sound', 'When', _when),
)


def ask(scene: Scene, count: int, rng: np.random.Generator) -> list[ChoiceQuestion]:
    """Up to ``count`` questions about ``scene``, no two by the same asker; the true choice stands anywhere with equal chance."""
    facts, questions = Facts(scene), []
    for i in rng.permutation(len(_ASKERS)):
        relation, type_, asker = _ASKERS[i]
        possible = list(asker(facts))
        if possible and len(questions) < count:
            text, right, wrong = possible[int(rng.integers(len(possible)))]
            # Half of the time the tempting ones, half of the time any.
            wrong = [choice for choice in wrong if choice != right]
            if rng.uniform() < 0.5:
                wrong = [wrong[j] for j in rng.permutation(len(wrong))]
            choices = [right, *wrong[:NUM_CHOICES - 1]]
            order = rng.permutation(NUM_CHOICES)
            questions.append(ChoiceQuestion(text, tuple(choices[j] for j in order), int(np.flatnonzero(order == 0)[0]), relation, type_))
    return questions
