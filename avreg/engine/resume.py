"""Finding the checkpoint a run goes on from."""
from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path


def is_whole(checkpoint: str | Path) -> bool:
    """Whether a file written by ``torch.save`` is complete: its zip directory and every member's checksum."""
    try:
        with zipfile.ZipFile(checkpoint) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, OSError, EOFError):
        return False


def check_whole(checkpoint: str | Path) -> None:
    """Stop at a checkpoint file that was cut short or damaged. What is no file is left to whoever loads it.

    Raises:
        ValueError: it is.
    """
    path = Path(checkpoint)
    if path.suffix == '.safetensors' or not path.is_file() or is_whole(path):
        return
    with path.open('rb') as file:
        # Before torch 1.6 a checkpoint was no archive, but a row of pickles.
        if file.read(1) != b'\x80':
            raise ValueError(f'checkpoint {checkpoint} is truncated or damaged, or torch.save did not write it. Take another one, or fetch '
                             'it again.')


def find_resumable(work_dir: str | Path) -> str | None:
    """The newest whole checkpoint (``iter_*.pth`` or ``epoch_*.pth``) in ``work_dir``, or None if there is none at all.

    A truncated one, left by a full disk or a copy that broke off, is named in a warning and passed over for the one before.

    Raises:
        ValueError: there are checkpoints, and all of them are damaged.
    """
    found = []
    for path in Path(work_dir).glob('*.pth'):
        match = re.fullmatch(r'(?:iter|epoch)_(\d+)', path.stem)
        if match:
            found.append((int(match[1]), path))
    for _, path in sorted(found, reverse=True):
        if is_whole(path):
            return str(path)
        warnings.warn(f'{path} is truncated or damaged; resuming from the checkpoint before it', stacklevel=2)
    if found:
        raise ValueError(f'--resume: every checkpoint in {work_dir} is damaged ({", ".join(str(p) for _, p in sorted(found))}). '
                         'Start anew in another --work-dir, or restore one of them.')
    return None
