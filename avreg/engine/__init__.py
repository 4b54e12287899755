"""Start-up, files and hooks around MMEngine's Runner. Knows no model and no dataset."""
from .atomic_backend import AtomicLocalBackend
from .distributed import LAUNCHERS, start_process_group
from .hooks import BadMediaHook, MetricsFileHook, ReproducibilityHook
from .resume import find_resumable

__all__ = ['LAUNCHERS', 'AtomicLocalBackend', 'BadMediaHook', 'MetricsFileHook', 'ReproducibilityHook', 'find_resumable', 'start_process_group']
