"""One card a benchmark: label space, prompt, main metric, protocol."""
from .ave import AVE
from .card import BenchmarkCard, get_card, list_cards, register_card
from .llp import LLP
from .music_avqa import MUSIC_AVQA

__all__ = ['AVE', 'LLP', 'MUSIC_AVQA', 'BenchmarkCard', 'get_card', 'list_cards', 'register_card']
