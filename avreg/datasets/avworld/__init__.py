"""AVWorld, the embedded data: a small world with every answer known, in the official files of every benchmark.

``kinds``, ``scene`` and ``ensemble`` say what happens, ``shapes``, ``video``, ``sound`` and ``media`` render it, ``masks`` tell
which pixels are what; ``ave``, ``llp``, ``music_avqa`` (with ``questions``), ``avqa`` (with ``choices``), ``vggss``, ``avs_s4``,
``avs_ms3`` and ``avss`` (with ``avsbench``), ``unav100``, ``f_music`` and ``f_lifescene`` (with ``ra_ssu`` and ``sentences``) write it
down, each as the ``writer`` of its benchmark; ``world`` runs
it all, ``shortcuts`` measures what guessing would score.
"""
from avreg.datasets.avworld.world import AVWorldBuilder

__all__ = ['AVWorldBuilder']
