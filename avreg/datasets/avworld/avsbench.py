"""What the three parts of AVSBench have in common: a frame a second, and masks of the objects that sound in it."""
from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import numpy as np

from avreg.datasets.avworld.clip import Clip
from avreg.datasets.avworld.masks import sounding_species
from avreg.datasets.avworld.media import write_image, write_wav
from avreg.datasets.avworld.scene import Scene
from avreg.datasets.avworld.sound import render_sound
from avreg.datasets.avworld.video import render_frames
from avreg.datasets.avworld.writer import Writer

# Side of frames and masks.
FRAME_SIZE = 112
# When in a second the official preprocessing takes its frame.
FRAME_MOMENT = 15 / 16
# Seconds of the clips of S4 and MS3.
SHORT = 5


@dataclasses.dataclass(frozen=True)
class Rendering:
    """A scene as the files hold it, for T seconds.

    Args:
        frames: uint8[T, FRAME_SIZE, FRAME_SIZE, 3], RGB.
        species: uint8[T, FRAME_SIZE, FRAME_SIZE], 1 + kind * SPECIES + species of the sounding object, else 0.
        sound: float32[samples].
    """

    frames: np.ndarray
    species: np.ndarray
    sound: np.ndarray


# A clip of S4 or MS3 and its copy in AVSS are written one after the other: rendered once.
@functools.lru_cache(maxsize=1)
def render(scene: Scene) -> Rendering:
    """Each second of ``scene`` at the moment at which the official preprocessing takes its frame."""
    times = np.arange(scene.duration) + FRAME_MOMENT
    return Rendering(render_frames(scene, times, FRAME_SIZE), sounding_species(scene, times, FRAME_SIZE), render_sound(scene))


class AVSObjectWriter(Writer):
    """S4 and MS3: clips whose files are five frames, then the masks (0 and 255), then a wav."""

    def write_media(self, clip: Clip, folder: Path) -> None:
        """Frames, masks and sound."""
        frames, masks, sound = clip.files[:SHORT], clip.files[SHORT:-1], clip.files[-1]
        rendering = render(clip.scene)
        for file, image in zip(frames, rendering.frames):
            write_image(folder / file, image)
        # Fewer masks than frames in the training clips of S4.
        for file, species in zip(masks, rendering.species):
            write_image(folder / file, np.uint8(255) * (species > 0))
        write_wav(folder / sound, rendering.sound)
