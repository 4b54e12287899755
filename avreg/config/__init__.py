"""Configs: loading, options from the command line, and a check of everything before anything is built."""
from avreg.errors import ConfigError

from .check import check_config
from .data_roots import LOADERS, datasets_of
from .explain import explain
from .load import load_config
from .options import apply_options
from .resolve import benchmark_of

__all__ = ['LOADERS', 'ConfigError', 'apply_options', 'benchmark_of', 'check_config', 'datasets_of', 'explain', 'load_config']
