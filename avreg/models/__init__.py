"""One model, its parts as plugins."""
from . import backbones, checkpoints, data_preprocessors, experts, heads, layers, necks
from .av_model import AVModel

__all__ = ['AVModel', 'backbones', 'checkpoints', 'data_preprocessors', 'experts', 'heads', 'layers', 'necks']
