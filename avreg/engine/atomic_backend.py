"""AtomicLocalBackend: MMEngine's files appear whole or not at all."""
from __future__ import annotations

import os
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from avreg.atomic_write import whole_file


class AtomicLocalBackend(LocalBackend):
    """Writes to a temporary name beside the target and renames, so that a killed run leaves no truncated checkpoint.

    Registered in place of MMEngine's local backend when :mod:`avreg.engine` is imported; checkpoints, ``last_checkpoint`` and
    dumped files all pass through it.
    """

    def put(self, obj: bytes | memoryview, filepath: str | Path) -> None:
        """Write bytes."""
        with whole_file(filepath) as temporary, open(temporary, 'wb') as file:
            file.write(obj)
            file.flush()
            os.fsync(file.fileno())

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Write text."""
        self.put(obj.encode(encoding), filepath)


register_backend('local', AtomicLocalBackend, force=True, prefixes='')
