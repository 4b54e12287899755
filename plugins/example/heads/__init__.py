"""Heads of this plugin."""
from .cosine_localization_head import CosineLocalizationHead

__all__ = ['CosineLocalizationHead']
