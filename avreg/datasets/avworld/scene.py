"""Scenes: what happens in a clip, as plain data. No pixels and no samples here; labels and answers follow from the scene alone."""
from __future__ import annotations

import dataclasses

import numpy as np

from avreg.datasets.avworld.kinds import KINDS, look_alike, species_pitch, timbre_alike

PLACES = ('left', 'middle', 'right')
# Centre of each place, as a share of the width.
PLACE_X = {'left': 0.2, 'middle': 0.5, 'right': 0.8}
Spans = tuple[tuple[float, float], ...]


@dataclasses.dataclass(frozen=True)
class Actor:
    """One object of a scene, on screen or off.

    All spans are seconds, half-open ``(start, end)``, sorted and apart; whole seconds in all benchmarks but UnAV-100.

    Args:
        kind: index into ``KINDS``.
        place: 'left', 'middle', 'right', or None: off screen.
        heard: when it sounds.
        shown: when it looks as if it plays (bright, larger, rings around it); otherwise it rests.
        present: when it is in the picture at all.
        level: loudness in dB: root mean square over the sounding seconds, relative to full scale.
        rhythm: pulses a second, of its sound and of its look.
        phase: where in a pulse it is at time 0, in [0, 1).
        pitch: semitones above the pitch of its species.
        detail: 1 = its look shows what sets it apart from its look-alike, 0 = hidden.
        accent: 1 = its timbre has what sets it apart from its timbre-alike, 0 = hidden.
        x, y: centre, share of the frame, at time 0.
        drift: (x, y) share of the frame that it moves from beginning to end.
        radius: share of the frame.
        tilt: radians.
        tint: shift of hue; of brightness.
        species: of its kind, 0 to ``SPECIES - 1``; decides its colour, and with ``pitch`` how high it sounds.
    """

    kind: int
    place: str | None
    heard: Spans = ()
    shown: Spans = ()
    present: Spans = ()
    level: float = -14.0
    rhythm: float = 2.0
    phase: float = 0.0
    pitch: float = 0.0
    detail: float = 1.0
    accent: float = 1.0
    x: float = 0.5
    y: float = 0.5
    drift: tuple[float, float] = (0.0, 0.0)
    radius: float = 0.14
    tilt: float = 0.0
    tint: tuple[float, float] = (0.0, 0.0)
    species: int = 0

    @property
    def visible(self) -> bool:
        """True for an object that is on screen at some time."""
        return self.place is not None and bool(self.present)

    @property
    def audible(self) -> bool:
        """True for an object that sounds at some time."""
        return bool(self.heard)

    @property
    def onset(self) -> float:
        """Beginning of its first sound, in seconds."""
        return self.heard[0][0]

    @property
    def offset(self) -> float:
        """End of its last sound, in seconds."""
        return self.heard[-1][1]

    @property
    def seconds(self) -> float:
        """Seconds in which it sounds."""
        return sum(end - start for start, end in self.heard)

    @property
    def transposition(self) -> float:
        """Octaves above the pitch of its kind."""
        return (self.pitch + species_pitch(self.species)) / 12

    @property
    def log_pitch(self) -> float:
        """log2 of its fundamental in Hz."""
        return KINDS[self.kind].timbre.pitch + self.transposition


@dataclasses.dataclass(frozen=True)
class Scene:
    """A clip before it is rendered.

    Args:
        duration: seconds.
        indoor: whether the background is a room.
        actors: the objects.
        voice: seconds in which somebody off screen talks.
        noise_level: dB of the background noise.
        noise_tilt: colour of that noise, power falls as f ** -tilt.
        grain: standard deviation of the picture noise, in grey levels of 255.
        seed: for everything that has no label: background, noise.
    """

    duration: int
    indoor: bool
    actors: tuple[Actor, ...]
    voice: Spans = ()
    noise_level: float = -45.0
    noise_tilt: float = 1.0
    grain: float = 5.0
    seed: int = 0


def during(spans: Spans, times: np.ndarray) -> np.ndarray:
    """bool[N]: which of ``times`` (float[N], seconds) are in ``spans``."""
    edges = np.array(spans, dtype=np.float64).reshape(-1, 2)
    return ((times[:, None] >= edges[:, 0]) & (times[:, None] < edges[:, 1])).any(1)


def flags(spans: Spans, duration: int) -> np.ndarray:
    """bool[duration]: the seconds that ``spans``, whole seconds, cover."""
    return during(spans, np.arange(duration))


def spans_of(flag: np.ndarray) -> Spans:
    """Maximal runs of True, as spans: the inverse of :func:`flags`."""
    steps = np.diff(np.concatenate([[0], flag.astype(np.int8), [0]]))
    return tuple(zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist()))


def random_actor(rng: np.random.Generator, kind: int, place: str | None, duration: int, **known) -> Actor:
    """An actor with everything that bears no label drawn at random; ``known`` fixes fields."""
    present = ((0, duration), ) if place else ()
    drawn = dict(
        present=present,
        level=rng.uniform(-17, -12),
        rhythm=rng.uniform(0.8, 4.5),
        phase=rng.uniform(),
        pitch=rng.uniform(-1.5, 1.5),
        x=PLACE_X.get(place, 0.5) + rng.uniform(-0.04, 0.04),
        y=0.5 + rng.uniform(-0.13, 0.13),
        drift=(rng.uniform(-0.06, 0.06), rng.uniform(-0.08, 0.08)),
        radius=rng.uniform(0.128, 0.165),
        tilt=rng.uniform(-0.3, 0.3),
        tint=(rng.uniform(-0.012, 0.012), rng.uniform(-0.08, 0.08)))
    return Actor(kind, place, **{**drawn, **known})


def random_scene(rng: np.random.Generator, duration: int, actors: list[Actor], **known) -> Scene:
    """A scene of ``actors`` in a random place with random noise."""
    drawn = dict(
        indoor=bool(rng.uniform() < 0.5),
        noise_level=rng.uniform(-52, -40),
        noise_tilt=rng.uniform(0.0, 1.5),
        grain=rng.uniform(1.0, 5.0),
        seed=int(rng.integers(2**31)))
    return Scene(duration, actors=tuple(actors), **{**drawn, **known})


def other_kinds(rng: np.random.Generator, count: int, taken: list[int], alike: bool = True) -> list[int]:
    """``count`` kinds in random order that are not in ``taken``, nor, with ``alike=False``, look or sound like one of them."""
    barred = set(taken)
    if not alike:
        barred |= {f(kind) for kind in taken for f in (look_alike, timbre_alike)}
    free = [kind for kind in range(len(KINDS)) if kind not in barred]
    return rng.permutation(free)[:count].tolist()
