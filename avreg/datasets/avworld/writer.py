"""What a benchmark's writer is."""
from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from avreg.datasets.avworld.clip import SPLITS, Clip, serial_number
from avreg.datasets.avworld.media import write_mp4
from avreg.datasets.avworld.scene import Scene
from avreg.datasets.avworld.sound import render_sound
from avreg.datasets.avworld.video import render_frames


class Writer:
    """What the world knows about one benchmark: draw a scene, name the clip, write its media and the official label files.

    Subclasses define :meth:`sample_scene`, :meth:`name_clip`, :meth:`write_media` and :meth:`write_labels`, and set

    * ``name``: of the benchmark,
    * ``folder``: of the benchmark, below the root of the world,
    * ``default_sizes``: clips a split,
    * ``needs``: benchmarks without which this one cannot be asked for.
    """

    name: str
    folder: str
    default_sizes: dict[str, int]
    needs: tuple[str, ...] = ()

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """Draw one scene."""
        raise NotImplementedError

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """The official id, and the paths of the clip's media below the benchmark's folder.

        Args:
            number: the clip's :func:`~avreg.datasets.avworld.clip.serial_number`.
            split: one of ``SPLITS``.
            scene: what happens in the clip; some layouts have a folder for each class.
        """
        raise NotImplementedError

    def write_media(self, clip: Clip, folder: Path) -> None:
        """Render ``clip`` into ``clip.files`` below ``folder``: these and no others, each whole or not at all."""
        raise NotImplementedError

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """Write all official annotation files of ``clips`` (by split) into ``folder``."""
        raise NotImplementedError

    def clip(self, seed: int, split: str, index: int) -> Clip:
        """The clip of that number. Depends on nothing else, so neither on workers nor on the sizes of the world."""
        rng = np.random.default_rng((seed, zlib.crc32(self.name.encode()), SPLITS.index(split), index))
        scene = self.sample_scene(rng)
        clip_id, files = self.name_clip(serial_number(seed, split, index), split, scene)
        return Clip(split, index, clip_id, files, scene)

    def clips(self, seed: int, sizes: dict[str, dict[str, int]]) -> dict[str, list[Clip]]:
        """All clips by split, in a world of ``sizes`` (clips a split, by benchmark)."""
        return {split: [self.clip(seed, split, index) for index in range(sizes[self.name][split])] for split in SPLITS}


class VideoWriter(Writer):
    """A writer whose clips are one mp4 each."""

    def write_media(self, clip: Clip, folder: Path) -> None:
        """Picture and sound of the whole scene."""
        file, = clip.files
        write_mp4(folder / file, render_frames(clip.scene), render_sound(clip.scene))
