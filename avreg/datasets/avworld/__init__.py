"""AVWorld, the embedded data: a small world with every answer known, in the official files of every benchmark.

``kinds`` and ``scene`` say what happens, ``video``, ``sound`` and ``media`` render it, ``ave``, ``llp``, ``music_avqa`` (with
``questions``) write it down, ``world`` runs it all, ``shortcuts`` measures what guessing would score.
"""
from avreg.datasets.avworld.world import AVWorldBuilder

__all__ = ['AVWorldBuilder']
