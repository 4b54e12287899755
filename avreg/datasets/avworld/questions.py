"""The 33 question templates of MUSIC-AVQA, answered from a scene.

One function a template: it yields ``(slot values, answer)`` for whatever the scene answers without doubt, and nothing where a
person could argue: a difference too small, a reading of the sentence that would change the answer.
"""
from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from avreg.benchmarks.music_avqa import TEMPLATES
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.one_sense import as_heard, as_seen
from avreg.datasets.avworld.scene import PLACES, Actor, Scene, flags

NUMBERS = ('zero', 'one', 'two', 'three', 'four', 'five')
ORDINALS = ('first', 'second', 'third')
# Differences from which on a comparison is beyond doubt.
MIN_DECIBEL, MIN_RHYTHM_RATIO, MIN_ONSET, MIN_LONGER, MIN_OVERLAP, MIN_PAUSE = 8.0, 2.5, 2, 4, 3, 4
Filled = Iterator[tuple[tuple[str, ...], str]]


@dataclasses.dataclass(frozen=True)
class Question:
    """A filled template: ``template`` is an index into ``TEMPLATES``, ``values`` fill its slots from left to right."""

    template: int
    values: tuple[str, ...]
    answer: str


class Facts:
    """A scene as the questions see it: who is on screen (from left to right), who sounds, and where."""

    def __init__(self, scene: Scene):
        self.scene = scene
        self.visible = sorted((a for a in scene.actors if a.visible), key=lambda a: PLACES.index(a.place))
        self.heard = [a for a in scene.actors if a.audible]
        self.sounding = [a for a in self.visible if a.audible]
        self.only_visible_sound = len(self.sounding) == len(self.heard)
        self.at = {a.place: a for a in self.visible}

    def seen(self, kind: int) -> list[Actor]:
        """Objects of ``kind`` on screen."""
        return [a for a in self.visible if a.kind == kind]

    def sounds(self, kind: int) -> list[Actor]:
        """Objects of ``kind`` that sound, on screen or off."""
        return [a for a in self.heard if a.kind == kind]


def name(kind: int) -> str:
    """The instrument's name in MUSIC-AVQA."""
    return KINDS[kind].music_avqa


def _yes(flag: bool) -> str:
    return 'yes' if flag else 'no'


def _kinds(actors: list[Actor]) -> list[int]:
    return sorted({a.kind for a in actors})


def _clearly_more(more: float, less: float, margin: float, ratio: bool = False) -> bool | None:
    """True or False where the two differ by the margin, None where they do not."""
    gap = np.log(more / less) / np.log(margin) if ratio else (more - less) / margin
    return bool(gap > 0) if abs(gap) >= 1 else None


def _louder(a: Actor, b: Actor) -> bool | None:
    return _clearly_more(a.level, b.level, MIN_DECIBEL)


def _more_rhythmic(a: Actor, b: Actor) -> bool | None:
    return _clearly_more(a.rhythm, b.rhythm, MIN_RHYTHM_RATIO, ratio=True)


def _longer(a: Actor, b: Actor) -> bool | None:
    return _clearly_more(a.seconds, b.seconds, MIN_LONGER)


def _overlap(a: Actor, b: Actor, duration: int) -> int:
    return int((flags(a.heard, duration) & flags(b.heard, duration)).sum())


def _first(actors: list[Actor]) -> Actor | None:
    """The one that starts clearly before all others (of two or more)."""
    ordered = sorted(actors, key=lambda a: a.onset)
    return ordered[0] if len(ordered) > 1 and ordered[1].onset - ordered[0].onset >= MIN_ONSET else None


def _last(actors: list[Actor]) -> Actor | None:
    """The one that starts clearly after all others and that none of them outlasts."""
    ordered = sorted(actors, key=lambda a: a.onset)
    clear = len(ordered) > 1 and ordered[-1].onset - ordered[-2].onset >= MIN_ONSET
    return ordered[-1] if clear and ordered[-1].offset >= max(a.offset for a in ordered) else None


def _extremes(actors: list[Actor]) -> Iterator[tuple[str, Actor]]:
    for word, pick in (('first', _first), ('last', _last)):
        if (actor := pick(actors)) is not None:
            yield word, actor


# --- audio-visual ------------------------------------------------------------------------------------------------------------


def _sound_from_instrument(f: Facts) -> Filled:
    seen, heard = _kinds(f.visible), _kinds(f.heard)
    if len(seen) == 1 and len(heard) == 1 and not f.scene.voice and len(f.sounding) in (0, len(f.heard)):
        yield (), _yes(bool(f.sounding))


def _always_playing(f: Facts) -> Filled:
    for actor in f.visible:
        silence = f.scene.duration - actor.seconds
        if len(f.seen(actor.kind)) == 1 and (silence == 0 or silence >= MIN_PAUSE):
            yield (name(actor.kind), ), _yes(silence == 0)


def _voiceover(f: Facts) -> Filled:
    yield (), _yes(bool(f.scene.voice))


def _instruments_sounding(f: Facts) -> Filled:
    if f.only_visible_sound:
        yield (), NUMBERS[len(f.sounding)]


def _types_sounding(f: Facts) -> Filled:
    if f.only_visible_sound:
        yield (), NUMBERS[len(_kinds(f.sounding))]


def _never_sounded(f: Facts) -> Filled:
    # "Did not sound from beginning to end" is heard as "never" or as "not all the time": ask where both say the same.
    if all(a.seconds in (0, f.scene.duration) for a in f.visible):
        yield (), NUMBERS[len(f.visible) - len(f.sounding)]


def _sounding_objects(f: Facts) -> Filled:
    for kind in range(len(KINDS)):
        if len(f.sounds(kind)) == sum(a.visible for a in f.sounds(kind)):
            yield (name(kind), ), NUMBERS[len(f.sounds(kind))]


def _where_loudest(f: Facts) -> Filled:
    if not f.only_visible_sound or len(f.sounding) < 2:
        return
    ordered = sorted(f.sounding, key=lambda a: a.level)
    if _louder(ordered[-1], ordered[-2]):
        yield ('loudest', ), ordered[-1].place
    # "Lowest" may mean soft or deep: ask where the softest is the deepest too.
    if _louder(ordered[1], ordered[0]) and ordered[0].log_pitch < min(a.log_pitch for a in ordered[1:]) - 0.25:
        yield ('lowest', ), ordered[0].place


def _extreme_from_place(f: Facts) -> Filled:
    if f.only_visible_sound and not f.scene.voice:
        for word, actor in _extremes(f.sounding):
            for place in f.at:
                yield (word, place), _yes(actor.place == place)


def _same_time(f: Facts) -> Filled:
    if len(f.heard) == len(f.sounding) == len(_kinds(f.heard)) == 2:
        a, b = f.sounding
        if _overlap(a, b, f.scene.duration) >= MIN_OVERLAP:
            yield (name(a.kind), ), name(b.kind)
            yield (name(b.kind), ), name(a.kind)


def _neighbours(f: Facts, actor: Actor) -> Iterator[tuple[str, Actor]]:
    """('left' or 'right', the only object on that side of ``actor``)."""
    index = f.visible.index(actor)
    for side, others in (('left', f.visible[:index]), ('right', f.visible[index + 1:])):
        if len(others) == 1:
            yield side, others[0]


def _neighbour_of_extreme(f: Facts) -> Filled:
    if f.only_visible_sound:
        for word, actor in _extremes(f.sounding):
            for side, neighbour in _neighbours(f, actor):
                yield (side, word), name(neighbour.kind)


def _compare_places(test: Callable[[Actor, Actor], bool | None], named: bool) -> Callable[[Facts], Filled]:
    def fill(f: Facts) -> Filled:
        for a in f.sounding:
            for b in f.sounding:
                if a is not b and (answer := test(a, b)) is not None:
                    yield ((name(a.kind), a.place, name(b.kind), b.place) if named else (a.place, b.place)), _yes(answer)
    return fill


def _where_extreme(f: Facts) -> Filled:
    if f.only_visible_sound:
        for word, actor in _extremes(f.sounding):
            yield (word, ), actor.place


def _which_of_a_kind(f: Facts) -> Filled:
    for kind in _kinds(f.sounding):
        twins = [a for a in f.sounding if a.kind == kind]
        if len(twins) < 2 or len(twins) < len(f.sounds(kind)) or len(twins) < len(f.seen(kind)):
            continue
        if len({a.onset for a in twins}) == 1:
            yield (name(kind), 'first'), 'simultaneously'
        for word, actor in _extremes(twins):
            yield (name(kind), word), actor.place


def _order_of_entry(f: Facts) -> Filled:
    ordered = sorted(f.sounding, key=lambda a: a.onset)
    onsets = [a.onset for a in ordered]
    if f.only_visible_sound and len(ordered) > 1 and min(np.diff(onsets)) >= MIN_ONSET:
        for word, actor in zip(ORDINALS, ordered):
            yield (word, ), name(actor.kind)


def _before_after(f: Facts) -> Filled:
    if not f.only_visible_sound or len(_kinds(f.heard)) < len(f.heard):
        return
    for actor in f.heard:
        others = [a for a in f.heard if a is not actor and abs(a.onset - actor.onset) >= MIN_ONSET]
        if len(others) == len(f.heard) - 1:
            for word, group in (('before', [a for a in others if a.onset < actor.onset]),
                                ('after', [a for a in others if a.onset > actor.onset])):
                if len(group) == 1:
                    yield (word, name(actor.kind)), name(group[0].kind)


# --- visual ------------------------------------------------------------------------------------------------------------------


def _is_seen(f: Facts) -> Filled:
    for kind in range(len(KINDS)):
        yield (name(kind), ), _yes(bool(f.seen(kind)))


def _pairs(flag: Callable[[int], bool], likely: list[int]) -> Filled:
    """Ordered pairs of kinds of which one at least is in ``likely``: 'no' must not be given away by two strange names."""
    for first in range(len(KINDS)):
        for second in range(len(KINDS)):
            if first != second and (first in likely or second in likely):
                yield (name(first), name(second)), _yes(flag(first) and flag(second))


def _are_seen(f: Facts) -> Filled:
    yield from _pairs(lambda kind: bool(f.seen(kind)), _kinds(f.visible))


def _types_seen(f: Facts) -> Filled:
    yield (), NUMBERS[len(_kinds(f.visible))]


def _how_many_seen(f: Facts) -> Filled:
    for kind in range(len(KINDS)):
        yield (name(kind), ), NUMBERS[len(f.seen(kind))]


def _where_performed(f: Facts) -> Filled:
    yield (), 'indoor' if f.scene.indoor else 'outdoor'


def _beside(f: Facts) -> Filled:
    for actor in f.visible:
        if len(f.seen(actor.kind)) == 1:
            for side, neighbour in _neighbours(f, actor):
                yield (side, name(actor.kind)), name(neighbour.kind)


def _the_only_kind(f: Facts) -> Filled:
    if len(_kinds(f.visible)) == 1:
        yield (), name(f.visible[0].kind)


def _outermost(f: Facts) -> Filled:
    if len(f.visible) > 1:
        yield ('leftest', ), name(f.visible[0].kind)
        yield ('rightest', ), name(f.visible[-1].kind)


# --- audio -------------------------------------------------------------------------------------------------------------------


def _is_heard(f: Facts) -> Filled:
    for kind in range(len(KINDS)):
        yield (name(kind), ), _yes(bool(f.sounds(kind)))


def _are_heard(f: Facts) -> Filled:
    yield from _pairs(lambda kind: bool(f.sounds(kind)), _kinds(f.heard))


def _how_many_heard(f: Facts) -> Filled:
    # Two of a kind cannot be counted by ear.
    if len(_kinds(f.heard)) == len(f.heard):
        yield (), NUMBERS[len(f.heard)]


def _compare_kinds(test: Callable[[Actor, Actor], bool | None]) -> Callable[[Facts], Filled]:
    def fill(f: Facts) -> Filled:
        for a in f.heard:
            for b in f.heard:
                single = len(f.sounds(a.kind)) == len(f.sounds(b.kind)) == 1
                if a is not b and single and (answer := test(a, b)) is not None:
                    yield (name(a.kind), name(b.kind)), _yes(answer)
    return fill


# In the order of TEMPLATES: how often the official test split asks it, and who answers it.
_FILLERS: tuple[tuple[int, Callable[[Facts], Filled]], ...] = (
    (267, _sound_from_instrument),
    (288, _always_playing),
    (433, _voiceover),
    (275, _instruments_sounding),
    (282, _types_sounding),
    (281, _never_sounded),
    (427, _sounding_objects),
    (232, _where_loudest),
    (262, _extreme_from_place),
    (345, _same_time),
    (81, _neighbour_of_extreme),
    (244, _compare_places(_more_rhythmic, named=False)),
    (322, _compare_places(_louder, named=False)),
    (244, _compare_places(_more_rhythmic, named=True)),
    (291, _compare_places(_louder, named=True)),
    (185, _where_extreme),
    (176, _which_of_a_kind),
    (361, _order_of_entry),
    (100, _before_after),
    (269, _is_seen),
    (273, _are_seen),
    (297, _types_seen),
    (358, _how_many_seen),
    (323, _where_performed),
    (340, _beside),
    (276, _the_only_kind),
    (286, _outermost),
    (350, _is_heard),
    (303, _are_heard),
    (364, _how_many_heard),
    (158, _compare_kinds(_more_rhythmic)),
    (307, _compare_kinds(_louder)),
    (129, _compare_kinds(_longer)),
)
SHARES = np.array([count for count, _ in _FILLERS]) / sum(count for count, _ in _FILLERS)


def answerable(scene: Scene) -> list[Question]:
    """Every question that ``scene`` answers without doubt."""
    facts = Facts(scene)
    return [Question(template, values, answer) for template, (_, fill) in enumerate(_FILLERS)
            for values, answer in fill(facts)]


def choose_questions(scenes: list[Scene], total: int, rng: np.random.Generator, most_per_scene: int = 16,
                     most_per_template: int = 2) -> list[list[Question]]:
    """About ``total`` questions over ``scenes``: templates as often as in the official test split (fewer of those that too few scenes
    answer), answers as even as can be.

    Yes-or-no questions are taken in pairs of the same template and subject (the object or places asked about), one 'yes' and
    one 'no'; other templates take the answer that was taken least so far. Places and orders are asked about as often as in the
    official split ("first" far more than "last", left against right more than the other way round). Of questions with the same
    answer, those that somebody who only hears (or only sees) the scene would get wrong, or could not guess, are asked as often as the
    others, as far as there are any.

    Returns:
        One list of questions a scene, in random order.
    """
    pools: list[dict] = [{} for _ in TEMPLATES]
    for index, scene in enumerate(scenes):
        # Whoever guesses a thing that is heard, or seen to play, has few to choose from.
        by_one_sense = [(set(answerable(view)), {name(actor.kind) for actor in view.actors if actor.audible})
                        for view in (as_heard(scene), as_seen(scene))]
        for question in answerable(scene):
            cell = (_subject(question), question.answer)
            senses = tuple(question in answered or question.answer in things for answered, things in by_one_sense)
            pools[question.template].setdefault(cell, {}).setdefault(senses, []).append((index, question))
    chosen: list[list[Question]] = [[] for _ in scenes]
    room = np.full(len(scenes), most_per_scene)
    # The rarest template first: it has the fewest scenes to choose from.
    for template in np.argsort([sum(len(items) for cell in pool.values() for items in cell.values()) for pool in pools], kind='stable'):
        picker = _Picker(pools[template], room, most_per_template, rng)
        for index, question in picker.pick(max(1, round(total * SHARES[template]))):
            chosen[index].append(question)
    return [[questions[i] for i in rng.permutation(len(questions))] for questions in chosen]


# How often the official test split fills the slots that hold no instrument in this way; 1 where nothing is said.
_SLOT_SHARES = {
    ('left', 'right'): 0.75, ('right', 'left'): 0.20, ('left', 'middle'): 0.02, ('middle', 'right'): 0.01,
    ('right', 'middle'): 0.01, ('middle', 'left'): 0.01,
    ('first', ): 0.90, ('second', ): 0.08, ('third', ): 0.02, ('last', ): 0.10,
    ('first', 'left'): 0.45, ('first', 'right'): 0.27, ('first', 'middle'): 0.21,
    ('last', 'left'): 0.02, ('last', 'right'): 0.03, ('last', 'middle'): 0.02,
    ('left', 'first'): 0.58, ('right', 'first'): 0.27, ('middle', 'first'): 0.08,
    ('left', 'last'): 0.02, ('right', 'last'): 0.04, ('middle', 'last'): 0.01,
    ('loudest', ): 0.87, ('lowest', ): 0.13, ('before', ): 0.3, ('after', ): 0.7, ('leftest', ): 0.6, ('rightest', ): 0.4,
}
_PLAIN_VALUES = {value for values in _SLOT_SHARES for value in values}


def _subject(question: Question) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What answers are balanced within: the values that are no instruments; and the instrument of a yes-or-no question.

    (A pair of instruments is left out: there are too many pairs to balance each.)
    """
    plain = tuple(value for value in question.values if value in _PLAIN_VALUES)
    kinds = tuple(value for value in question.values if value not in _PLAIN_VALUES)
    return plain, kinds if len(kinds) == 1 and question.answer in ('yes', 'no') else ()


class _Picker:
    """Draws questions of one template from cells (subject, answer), each time from the cell that is most behind its share.

    Args:
        pool: ``{(subject, answer): {(a listener would be right, a viewer would be right): [(scene index, question)]}}``.
        room: int[scenes], how many questions more each scene takes; counted down.
        most_per_template: most questions a scene.
        rng: for everything that is left open.
    """

    def __init__(self, pool: dict, room: np.ndarray, most_per_template: int, rng: np.random.Generator):
        self.pool = {cell: {senses: [items[i] for i in rng.permutation(len(items))] for senses, items in sorted(by_senses.items())}
                     for cell, by_senses in sorted(pool.items())}
        self.taken = dict.fromkeys(self.pool, 0)
        # By answer and who would be right.
        self.taken_by_senses: Counter = Counter()
        self.room, self.rng = room, rng
        self.left = np.full(len(room), most_per_template)

    def pick(self, count: int) -> Iterator[tuple[int, Question]]:
        """Up to ``count`` (scene index, question)."""
        binary = {answer for _, answer in self.pool} <= {'yes', 'no'}
        while count > 0 and self.pool:
            subject, answer = min(self.pool, key=lambda cell: (self._taken_of_share(cell, binary), self.rng.uniform()))
            drawn = self._draw_pair(subject) if binary else [self._draw((subject, answer))]
            for item in filter(None, drawn):
                count -= 1
                yield item

    def _taken_of_share(self, cell: tuple, binary: bool) -> float:
        subject, _ = cell
        taken = self.taken.get((subject, 'yes'), 0) if binary else self.taken[cell]
        return taken / _SLOT_SHARES.get(subject[0], 1.0)

    def _draw(self, cell: tuple):
        by_senses = self.pool.get(cell, {})
        while by_senses:
            senses = min(by_senses, key=lambda senses: self.taken_by_senses[cell[1], senses])
            items = by_senses[senses]
            # Of the next few, the one whose scene was asked least, so that questions spread over scenes.
            index = max(range(max(0, len(items) - 8), len(items)), key=lambda i: self.room[items[i][0]])
            item = items.pop(index)
            if not items:
                del by_senses[senses]
            if self.room[item[0]] > 0 and self.left[item[0]] > 0:
                self.taken[cell] += 1
                self.taken_by_senses[cell[1], senses] += 1
                self._book(item, 1)
                return item
        self.pool.pop(cell, None)
        return None

    def _draw_pair(self, subject: tuple) -> list:
        pair = [self._draw((subject, answer)) for answer in ('yes', 'no')]
        if None in pair:
            for answer, item in zip(('yes', 'no'), pair):
                self.pool.pop((subject, answer), None)
                if item is not None:
                    self._book(item, -1)
            return []
        return pair

    def _book(self, item: tuple[int, Question], questions: int) -> None:
        """Take room for ``questions`` more questions about the scene of ``item``; both of a pair may be about one scene."""
        self.room[item[0]] -= questions
        self.left[item[0]] -= questions
