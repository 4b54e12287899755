"""Localizes the events of AVE by comparing segments with one learned prototype a class."""
from .heads import CosineLocalizationHead

__all__ = ['CosineLocalizationHead']
