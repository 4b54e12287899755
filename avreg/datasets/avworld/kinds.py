"""The ten kinds of sounding objects: what each looks like, sounds like, and is called in every benchmark.

Looks come in five pairs and timbres in five other pairs, shifted by one along the table: the neighbours of a kind are its
look-alike on one side and its timbre-alike on the other. Each pair differs in a *detail*; where a scene hides the detail of a
look (or of a timbre), the two members of the pair cannot be told apart by eye (or by ear), and only the other sense can name
the kind.
"""
from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Look:
    """What is seen.

    Args:
        shape: name of an outline in :mod:`~avreg.datasets.avworld.video`.
        hue: colour of the pair, a turn of the colour circle in [0, 1).
        detail: -1 (dark bars, hue a little lower) or +1 (a bright core, hue a little higher).
    """

    shape: str
    hue: float
    detail: int


@dataclasses.dataclass(frozen=True)
class Timbre:
    """What is heard, as numbers, so that two timbres can be blended (:func:`blend`).

    Args:
        pitch: log2 of the fundamental in Hz.
        rolloff: amplitude of harmonic n is n ** -rolloff.
        even: weight of the even harmonics, 0 (hollow) to 1.
        formant: log2 of the centre (Hz) of the emphasised band.
        formant_gain: how much the band is emphasised; 0 = not at all.
        noise: share of band noise in place of harmonics, 0 to 1.
        vibrato: depth in semitones of a 6 Hz wobble of pitch.
        sustain: level to which a pulse decays, 0 (plucked) to 1 (held).
    """

    pitch: float
    rolloff: float
    even: float
    formant: float
    formant_gain: float
    noise: float
    vibrato: float
    sustain: float


def blend(first: Timbre, second: Timbre, weight: float) -> Timbre:
    """``(1 - weight) * first + weight * second``, number by number."""
    pairs = zip(dataclasses.astuple(first), dataclasses.astuple(second))
    return Timbre(*((1 - weight) * a + weight * b for a, b in pairs))


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of sounding object: the label it bears in each benchmark, its look and its timbre.

    A kind has ``SPECIES`` species, which differ in colour and in pitch. AVSBench and F-Lifescene tell species apart: ``avss`` has a class
    for each, ``avs_s4`` a category for the first two, and ``f_lifescene`` says of the first two who they are and what they do. In
    the other benchmarks all are of the first.
    """

    music_avqa: str
    ave: str
    llp: str
    vggss: str
    unav100: str
    avs_s4: tuple[str, ...]
    avss: tuple[str, ...]
    f_lifescene: tuple[tuple[str, str], ...]
    look: Look
    timbre: Timbre


# Where a benchmark lacks the instrument, it bears the label of what sounds most like it, or any other; AVSS has a class for each
# S4 category, and a species bears that one. Neighbours (0, 1), (2, 3), ... are look-alikes; (1, 2), (3, 4), ..., (9, 0) are
# timbre-alikes.
KINDS = (
    Kind('violin', 'Violin, fiddle', 'Violin_fiddle', 'playing violin, fiddle', 'playing violin',
         ('playing_violin', 'female_singing'),
         ('violin', 'woman', 'cello', 'harp', 'erhu', 'girl'),
         (('woman', 'sings'), ('girl', 'hums')),
         Look('lobes', 0.04, -1), Timbre(8.75, 0.8, 1.0, 11.2, 2.0, 0.0, 0.35, 0.30)),
    Kind('cello', 'Mandolin', 'Cello', 'playing cello', 'playing cello',
         ('male_speech', 'baby_laughter'),
         ('man', 'baby', 'boy', 'tuba', 'trombone', 'bassoon'),
         (('man', 'speaks'), ('baby', 'laughs')),
         Look('lobes', 0.04, 1), Timbre(6.9, 1.0, 1.0, 8.8, 2.5, 0.0, 0.30, 0.30)),
    Kind('bagpipe', 'Shofar', 'Vacuum_cleaner', 'playing didgeridoo', 'vacuum cleaner cleaning floors',
         ('lawn_mowing', 'chainsawing_trees'),
         ('mower', 'saw', 'tractor', 'truck', 'tank', 'utv'),
         (('mower', 'rattles'), ('saw', 'buzzes')),
         Look('square', 0.36, -1), Timbre(6.3, 0.7, 0.8, 10.3, 4.0, 0.1, 0.0, 0.35)),
    Kind('accordion', 'Accordion', 'Accordion', 'playing accordion', 'playing accordion',
         ('playing_piano', 'typing_on_computer_keyboard'),
         ('piano', 'keyboard', 'accordion', 'harmonica', 'guzheng', 'sitar'),
         (('doorbell', 'chimes'), ('keyboard', 'clatters')),
         Look('square', 0.36, 1), Timbre(9.0, 0.9, 0.15, 10.4, 5.0, 0.0, 0.0, 0.30)),
    Kind('trumpet', 'Train horn', 'Fire_alarm', 'playing trumpet', 'playing trumpet',
         ('ambulance_siren', 'driving_buses'),
         ('emergency-car', 'bus', 'train', 'car', 'motorcycle', 'trumpet'),
         (('ambulance', 'wails'), ('bus', 'honks')),
         Look('cone', 0.17, -1), Timbre(9.5, 0.5, 0.15, 11.8, 6.0, 0.0, 0.15, 0.25)),
    Kind('flute', 'Flute', 'Singing', 'playing flute', 'playing flute',
         ('mynah_bird_singing', 'cat_meowing'),
         ('bird', 'cat', 'parrot', 'duck', 'goose', 'flute'),
         (('bird', 'whistles'), ('cat', 'meows')),
         Look('cone', 0.17, 1), Timbre(10.0, 3.5, 1.0, 10.0, 0.0, 0.02, 0.4, 0.30)),
    Kind('xylophone', 'Church bell', 'Telephone_bell_ringing', 'playing glockenspiel', 'church bell ringing',
         ('playing_glockenspiel', 'coyote_howling'),
         ('marimba', 'wolf', 'bell', 'handpan', 'clock', 'squirrel'),
         (('clock', 'ticks'), ('telephone', 'rings')),
         Look('disc', 0.60, -1), Timbre(11.1, 3.0, 1.0, 11.1, 0.0, 0.0, 0.0, 0.02)),
    Kind('drum', 'Horse', 'Basketball_bounce', 'playing drum kit', 'playing drum kit',
         ('playing_tabla', 'horse_clip-clop'),
         ('tabla', 'horse', 'drum', 'donkey', 'axe', 'boat'),
         (('horse', 'trots'), ('axe', 'chops')),
         Look('disc', 0.60, 1), Timbre(6.6, 1.5, 1.0, 7.2, 8.0, 0.75, 0.0, 0.0)),
    Kind('banjo', 'Banjo', 'Banjo', 'playing banjo', 'playing banjo',
         ('playing_ukulele', 'cap_gun_shooting'),
         ('ukulele', 'gun', 'pipa', 'hair-dryer', 'clipper', 'frying-food'),
         (('gun', 'fires'), ('drill', 'roars')),
         Look('cross', 0.87, -1), Timbre(8.2, 1.0, 1.0, 11.9, 8.0, 0.85, 0.0, 0.0)),
    Kind('acoustic_guitar', 'Acoustic guitar', 'Acoustic_guitar', 'playing acoustic guitar', 'playing acoustic guitar',
         ('playing_acoustic_guitar', 'dog_barking'),
         ('guitar', 'dog', 'sheep', 'pig', 'lion', 'tiger'),
         (('dog', 'barks'), ('sheep', 'bleats')),
         Look('cross', 0.87, 1), Timbre(7.6, 1.1, 1.0, 9.2, 2.0, 0.0, 0.0, 0.05)),
)

SPECIES = 6
# Of each species: how far its pitch is from that of its kind, in semitones.
_REGISTER = (0, 1, -1, 2, -2, 3)


def species_hue(species: int) -> float:
    """How far a species' colour is from that of its kind, in turns of the colour circle."""
    return species / SPECIES


def species_pitch(species: int) -> int:
    """How far a species' pitch is from that of its kind, in semitones."""
    return _REGISTER[species]


def look_alike(kind: int) -> int:
    """Index of the kind that looks nearly the same."""
    return kind ^ 1


def timbre_alike(kind: int) -> int:
    """Index of the kind that sounds nearly the same."""
    return ((kind + 1) ^ 1) - 1 if 0 < kind < len(KINDS) - 1 else len(KINDS) - 1 - kind


def heard_timbre(kind: int, accent: float) -> Timbre:
    """Timbre of ``kind`` with ``accent`` (1 full, 0 hidden) of what sets it apart from its timbre-alike."""
    own, other = KINDS[kind].timbre, KINDS[timbre_alike(kind)].timbre
    return blend(blend(own, other, 0.5), own, accent)
