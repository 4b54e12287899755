"""HDF5 files of features, a row a clip, as AVE and AVQA publish them: reading one row never reads the file."""
from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from avreg.errors import ConfigError
from avreg.passport import parse_passport

from .bad_media import BadMedia

if TYPE_CHECKING:
    import h5py

# Attribute of the file that holds what passport.json holds beside a folder.
PASSPORT = 'passport'
_SUFFIXES = ('.h5', '.hdf5')
# Open files of this process.
_open_files: dict[str, h5py.File] = {}


class MissingPackage(ConfigError, ImportError):
    """An optional package is needed and not installed."""


@dataclasses.dataclass(frozen=True)
class HDF5Row:
    """What a file holds about a clip.

    Args:
        file: path.
        key: of the dataset in it.
        row: of the dataset; None where it holds this clip alone.
        present: False if the file lacks the clip.
    """

    file: str
    key: str
    row: int | None = None
    present: bool = True

    def __str__(self) -> str:
        return f'{self.file}:{self.key}' + ('' if self.row is None else f'[{self.row}]')


def is_hdf5(name: str | os.PathLike) -> bool:
    """Whether a file is called as HDF5."""
    return Path(name).suffix.lower() in _SUFFIXES


def import_h5py(purpose: str, instead: str = '') -> ModuleType:
    """h5py, which only HDF5 files need.

    Args:
        purpose: what it is needed for, for the error.
        instead: another way out, beside installing it.

    Raises:
        MissingPackage: it is not installed.
    """
    try:
        import h5py
    except ImportError as problem:
        raise MissingPackage(f'{purpose} needs h5py: `pip install avreg[h5]`{instead}') from problem
    return h5py


def open_hdf5(path: str | os.PathLike) -> h5py.File:
    """The file, for reading; close it.

    Raises:
        MissingPackage: h5py is not installed.
        FileNotFoundError: there is no such file.
        ValueError: it is not a whole HDF5 file.
    """
    h5py = import_h5py(f'reading {path}')
    try:
        return h5py.File(path, 'r')
    except FileNotFoundError:
        raise FileNotFoundError(f'there is no file {path}') from None
    except OSError as problem:
        raise ValueError(f'{path}: not a whole HDF5 file ({problem})') from problem


def read_hdf5_row(row: HDF5Row) -> np.ndarray:
    """The array of a clip. The file is opened when the process first reads of it, and stays open.

    Raises:
        BadMedia: it is not there, or cannot be read, or is not numbers.
        MissingPackage: h5py is not installed.
    """
    if not row.present:
        raise BadMedia(f'{row}: the file does not have it')
    try:
        if row.file not in _open_files:
            _open_files[row.file] = open_hdf5(row.file)
        array = _open_files[row.file][row.key][() if row.row is None else row.row]
    except ConfigError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as problem:
        raise BadMedia(f'{row}: cannot be read ({problem})') from problem
    if not isinstance(array, np.ndarray) or array.dtype.kind not in 'fiu':
        raise BadMedia(f'{row}: not numbers')
    return array


def read_hdf5_passport(path: str | os.PathLike) -> dict | None:
    """The passport in a file; None where there is none, as in official downloads. For the errors see :func:`open_hdf5`.

    Raises:
        ConfigError: it is damaged.
    """
    with open_hdf5(path) as file:
        text = file.attrs.get(PASSPORT)
    return None if text is None else parse_passport(text, f'attribute {PASSPORT!r} of {path}')


def _close_files() -> None:
    """Close what this process has open; it is opened again when needed."""
    for file in _open_files.values():
        file.close()
    _open_files.clear()


# Workers that inherited an open file would share its state with each other: each opens its own.
os.register_at_fork(before=_close_files)
