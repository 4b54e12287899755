"""AVSBench S4 from the world: one object that sounds for all five seconds; in training only the first frame has a mask."""
from __future__ import annotations

from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.datasets.avworld.avsbench import SHORT, AVSObjectWriter
from avreg.datasets.avworld.clip import Clip, serial_number, youtube_id
from avreg.datasets.avworld.ensemble import one_sounding
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.scene import Scene

# So many species of a kind have a category.
_SPECIES = len(KINDS[0].avs_s4)


class AVSS4Writer(AVSObjectWriter):
    """Writes ``s4_meta_data.csv`` and ``s4_data/{visual_frames,gt_masks,audio_wav}``, each by split and category."""

    name = 'avs_s4'
    folder = 'avsbench/Single-source'
    default_sizes = {'train': 500, 'val': 80, 'test': 150}

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """One object that sounds, among zero to two that do not."""
        # No grain: noise does not compress in PNG.
        return one_sounding(rng, SHORT, _SPECIES, grain=0.0)

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """``<category>/<name>``, the name being 11 characters."""
        name, category = youtube_id(self.name, number), category_of(scene)
        frames = [f'{split}/{category}/{name}/{name}_{k}.png' for k in range(1, SHORT + 1)]
        return f'{category}/{name}', (
            *(f's4_data/visual_frames/{frame}' for frame in frames),
            *(f's4_data/gt_masks/{frame}' for frame in (frames[:1] if split == 'train' else frames)),
            f's4_data/audio_wav/{split}/{category}/{name}.wav')

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """One csv for all splits."""
        rows = [(clip.clip_id.split('/')[1], start_of(serial_number(seed, split, clip.index)), category_of(clip.scene), split)
                for split, split_clips in clips.items() for clip in split_clips]
        write_text_atomically(folder / 's4_meta_data.csv', ''.join(
            f'{",".join(map(str, row))}\n' for row in (('name', 'start', 'category', 'split'), *rows)))


def category_of(scene: Scene) -> str:
    """The S4 category of the object that sounds."""
    actor, = [actor for actor in scene.actors if actor.audible]
    return KINDS[actor.kind].avs_s4[actor.species]


def start_of(number: int) -> int:
    """The second of its source video at which the clip with that serial number is said to start, 0 to 6."""
    return number % 7
