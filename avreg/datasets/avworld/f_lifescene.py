"""F-Lifescene from the world: people, animals and machines in and out of doors, masked and described second by second."""
from __future__ import annotations

from avreg.datasets.avworld.clip import youtube_id
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.ra_ssu import RASSUWriter
from avreg.datasets.avworld.scene import Actor, Scene
from avreg.datasets.avworld.sentences import Wording


def _words(actor: Actor) -> tuple[str, str]:
    return KINDS[actor.kind].f_lifescene[actor.species]


def _setting(scene: Scene) -> str:
    return 'indoors' if scene.indoor else 'outdoors'


class FLifesceneWriter(RASSUWriter):
    """See :class:`RASSUWriter`. A scene is where it is and who is mainly heard; ids are as in VGGSound, of which F-Lifescene is a part."""

    name = folder = 'f_lifescene'
    species = 2
    wording = Wording(
        name=lambda actor: _words(actor)[0], verb=lambda actor: _words(actor)[1],
        solo=(('softly {verb} with long pauses', '{verb} loudly now and then'),
              ('{verb} gently at an even pace', '{verb} strongly in a steady beat'),
              ('{verb} quietly in quick bursts', '{verb} fast and loud without rest')),
        together='sound all at once', nobody='nothing is heard', setting=lambda scene: f'{_setting(scene)} ')

    def name_scene(self, scene: Scene, main: Actor) -> str:
        """As 'outdoors, dog'."""
        return f'{_setting(scene)}, {_words(main)[0]}'

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """``<id>_<start>``, 11 characters and 6 digits."""
        clip_id = f'{youtube_id(self.name, number)}_{number * 7 % 300:06d}'
        return clip_id, self.files_of(clip_id)
