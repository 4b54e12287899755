"""Start-up, files and hooks around MMEngine's Runner. Knows no model and no dataset."""
from .allocator import keep_big_blocks
from .atomic_backend import AtomicLocalBackend
from .distributed import LAUNCHERS, start_process_group
from .hooks import BadMediaHook, FeaturePassportHook, MetricsFileHook, PictureHook, ReproducibilityHook, WeightAverageHook
from .merged_groups_constructor import MergedGroupsConstructor
from .resume import find_resumable
from .safetensors_loader import load_from_safetensors
from .silent_test_loop import SilentTestLoop

__all__ = ['LAUNCHERS', 'AtomicLocalBackend', 'BadMediaHook', 'FeaturePassportHook', 'MergedGroupsConstructor', 'MetricsFileHook',
           'PictureHook', 'ReproducibilityHook', 'SilentTestLoop', 'WeightAverageHook', 'find_resumable', 'keep_big_blocks',
           'load_from_safetensors', 'start_process_group']
