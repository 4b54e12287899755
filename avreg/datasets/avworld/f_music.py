"""F-Music from the world: instruments that play, rest and move, masked and described second by second."""
from __future__ import annotations

from avreg.datasets.avworld.clip import digit_id
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.ra_ssu import RASSUWriter
from avreg.datasets.avworld.scene import Actor, Scene
from avreg.datasets.avworld.sentences import Wording


def _name(actor: Actor) -> str:
    return KINDS[actor.kind].music_avqa.replace('_', ' ')


class FMusicWriter(RASSUWriter):
    """See :class:`RASSUWriter`. A scene is called after its main instrument; ids are as in MUSIC-AVQA, of which F-Music is a part."""

    name = folder = 'f_music'
    species = 1
    wording = Wording(
        name=_name, verb=lambda actor: 'plays',
        solo=(('softly plays with long pauses', 'plays loud notes one by one'),
              ('keeps a gentle even rhythm', 'sets a strong steady beat'),
              ('runs quietly through quick notes', 'hammers out fast loud notes')),
        together='play as a trio', nobody='no instrument is heard', setting=lambda scene: '')

    def name_scene(self, scene: Scene, main: Actor) -> str:
        """The instrument."""
        return _name(main)

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """8 digits."""
        clip_id = digit_id(number)
        return clip_id, self.files_of(clip_id)
