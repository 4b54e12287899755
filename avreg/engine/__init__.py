"""Start-up, files and hooks around MMEngine's Runner. Knows no model and no dataset."""
from .allocator import keep_big_blocks
from .atomic_backend import AtomicLocalBackend
from .bfloat16_optim_wrapper import BFloat16OptimWrapper
from .distributed import LAUNCHERS, start_process_group
from .hooks import BadMediaHook, FeaturePassportHook, MetricsFileHook, PictureHook, ReproducibilityHook, StrictLoadHook, WeightAverageHook
from .merged_groups_constructor import MergedGroupsConstructor
from .resume import check_whole, find_resumable, seed_to_resume
from .safetensors_loader import load_from_safetensors
from .scale_lr import scale_lr
from .silent_test_loop import SilentTestLoop

__all__ = ['LAUNCHERS', 'AtomicLocalBackend', 'BFloat16OptimWrapper', 'BadMediaHook', 'FeaturePassportHook', 'MergedGroupsConstructor',
           'MetricsFileHook', 'PictureHook', 'ReproducibilityHook', 'SilentTestLoop', 'StrictLoadHook', 'WeightAverageHook', 'check_whole',
           'find_resumable', 'keep_big_blocks', 'load_from_safetensors', 'scale_lr', 'seed_to_resume', 'start_process_group']
