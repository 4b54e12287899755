"""One class a benchmark; each reads the official files and yields dicts."""
from . import samplers, transforms
from .ave import AVE
from .bad_media import BadMedia, BadMediaLimit
from .base import AVDataset
from .benchmark_concat import BenchmarkConcat
from .collate import collate_clips
from .draw_index import DrawIndex
from .llp import LLP
from .music_avqa import MusicAVQA

__all__ = ['AVE', 'AVDataset', 'BadMedia', 'BadMediaLimit', 'BenchmarkConcat', 'DrawIndex', 'LLP', 'MusicAVQA',
           'collate_clips', 'samplers', 'transforms']
