"""One class a benchmark; each reads the official files and yields dicts."""
from . import samplers, transforms
from .ave import AVE
from .avqa import AVQA
from .avs_ms3 import AVSMS3
from .avs_s4 import AVSS4
from .avs_semantic import AVSSemantic
from .bad_media import BadMedia, BadMediaLimit
from .base import AVDataset
from .benchmark_concat import BenchmarkConcat
from .collate import collate_clips
from .draw_index import DrawIndex
from .fill_cache import fill_cache
from .flickr_soundnet import FlickrSoundNet
from .llp import LLP
from .music_avqa import MusicAVQA
from .ra_ssu import FLifescene, FMusic
from .unav100 import UnAV100
from .vggss import VGGSS

__all__ = ['AVE', 'AVDataset', 'AVQA', 'AVSMS3', 'AVSS4', 'AVSSemantic', 'BadMedia', 'BadMediaLimit', 'BenchmarkConcat',
           'DrawIndex', 'FLifescene', 'FMusic', 'FlickrSoundNet', 'LLP', 'MusicAVQA', 'UnAV100', 'VGGSS', 'collate_clips', 'fill_cache',
           'samplers', 'transforms']
