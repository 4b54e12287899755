"""A clip of the world: its split, its official id, its scene, its files; and how ids are made."""
from __future__ import annotations

import base64
import dataclasses
import zlib

from avreg.datasets.avworld.scene import Scene

SPLITS = ('train', 'val', 'test')
# Ids are a one-to-one map of (seed, split, index); these bounds keep the numbers of different seeds and splits apart.
MAX_SEED = 9999
MAX_SIZES = {'train': 6000, 'val': 2000, 'test': 2000}
_FIRST = {'train': 0, 'val': 6000, 'test': 8000}


@dataclasses.dataclass(frozen=True)
class Clip:
    """One clip.

    Args:
        split: one of ``SPLITS``.
        index: its number in the split.
        clip_id: its official id.
        files: its media (video, frames, masks, sound), paths relative to the benchmark's folder.
        scene: what happens in it.
    """

    split: str
    index: int
    clip_id: str
    files: tuple[str, ...]
    scene: Scene


def serial_number(seed: int, split: str, index: int) -> int:
    """A number below 10 ** 8 that no other (seed, split, index) has."""
    return seed * 10000 + _FIRST[split] + index


def youtube_id(name: str, number: int) -> str:
    """An id of 11 characters as YouTube's, different for every ``name`` (a benchmark) and ``number``."""
    # 2 ** 66 ids; every step is one-to-one modulo 2 ** 66.
    mask = (1 << 66) - 1
    value = (number << 32 | zlib.crc32(name.encode())) & mask
    for factor in (0x9E3779B97F4A7C15F, 0xD1B54A32D192ED03B):
        value = (value * factor) & mask
        value ^= value >> 31
    return base64.urlsafe_b64encode((value << 6).to_bytes(9, 'big')).decode()[:11]


def digit_id(number: int) -> str:
    """An id of 8 digits, different for every ``number`` below 10 ** 8."""
    return f'{(number * 61803399 + 27182818) % 10**8:08d}'
