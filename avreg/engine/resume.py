"""Finding the checkpoint a run goes on from."""
from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path

import torch

from avreg.errors import ConfigError


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


def seed_to_resume(checkpoint: str | Path, asked: int | None) -> int | None:
    """The seed of the run that ``checkpoint`` is of, with which it goes on as if it had not been interrupted; ``asked`` if it names none.

    Args:
        checkpoint: of MMEngine's Runner.
        asked: the seed that the user gives; None: none.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is damaged, or ``asked`` is another seed.
    """
    if not Path(checkpoint).is_file():
        raise FileNotFoundError(f'--resume: there is no checkpoint {checkpoint}')
    check_whole(checkpoint)
    # Weights stay on the disk: only the meta information is read.
    meta = torch.load(checkpoint, map_location='cpu', weights_only=False, mmap=zipfile.is_zipfile(checkpoint)).get('meta') or {}
    seed = meta.get('seed')
    if seed is None or asked == seed:
        return asked
    if asked is not None:
        raise ConfigError(f'--seed {asked}: the run of {checkpoint} has the seed {seed}, with which it goes on. Leave --seed out, or start anew in '
                          'another --work-dir')
    return seed


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
