"""One card a benchmark: label space, prompt, main metric, protocol."""
from .ave import AVE
from .avqa import AVQA
from .avs_ms3 import AVS_MS3
from .avs_s4 import AVS_S4
from .avss import AVSS
from .caption_vocabulary import CaptionTokenizer
from .card import BenchmarkCard, get_card, list_cards, register_card
from .flickr_soundnet import FLICKR_SOUNDNET
from .llp import LLP
from .music_avqa import MUSIC_AVQA
from .ra_ssu import F_LIFESCENE, F_MUSIC
from .unav100 import UNAV100
from .vggss import VGGSS

__all__ = ['AVE', 'AVQA', 'AVSS', 'AVS_MS3', 'AVS_S4', 'FLICKR_SOUNDNET', 'F_LIFESCENE', 'F_MUSIC', 'LLP', 'MUSIC_AVQA', 'UNAV100', 'VGGSS', 'BenchmarkCard',
           'CaptionTokenizer', 'get_card', 'list_cards', 'register_card']
