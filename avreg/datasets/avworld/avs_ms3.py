"""AVSBench MS3 from the world: one to three objects, each sounding in some of the five seconds or never."""
from __future__ import annotations

from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.datasets.avworld.avsbench import SHORT, AVSObjectWriter
from avreg.datasets.avworld.clip import Clip, youtube_id
from avreg.datasets.avworld.ensemble import several_sounding
from avreg.datasets.avworld.kinds import SPECIES
from avreg.datasets.avworld.scene import Scene


class AVSMS3Writer(AVSObjectWriter):
    """Writes ``ms3_meta_data.csv``, ``ms3_data/visual_frames`` and, by split, ``ms3_data/{gt_masks,audio_wav}``."""

    name = 'avs_ms3'
    folder = 'avsbench/Multi-sources'
    default_sizes = {'train': 300, 'val': 64, 'test': 120}

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """Objects that start and stop; a frame in which none on screen sounds has an empty mask."""
        # No grain: noise does not compress in PNG.
        return several_sounding(rng, SHORT, SPECIES, grain=0.0)

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """11 characters, then ``_0`` for the first clip cut from its source video."""
        name = f'{youtube_id(self.name, number)}_0'
        numbers = range(1, SHORT + 1)
        return name, (
            *(f'ms3_data/visual_frames/{name}/{name}.mp4_{k}.png' for k in numbers),
            *(f'ms3_data/gt_masks/{split}/{name}/{name}_{k}.png' for k in numbers),
            f'ms3_data/audio_wav/{split}/{name}.wav')

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """One csv for all splits."""
        rows = [f'{clip.clip_id},{split}\n' for split, split_clips in clips.items() for clip in split_clips]
        write_text_atomically(folder / 'ms3_meta_data.csv', ''.join(['name,split\n', *rows]))
