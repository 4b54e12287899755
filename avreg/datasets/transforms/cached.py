"""Cached: keeps on disk what the deterministic first part of a pipeline makes."""
from __future__ import annotations

import functools
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.atomic_write import whole_file
from avreg.errors import ConfigError
from avreg.registry import TRANSFORMS

from ..bad_media import BadMedia

# Raise it when a transform changes what it computes: old entries are then never read again.
VERSION = 3
# What reading a truncated, overwritten or foreign file can raise.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError)


@TRANSFORMS.register_module()
class Cached(BaseTransform):
    """Runs ``transforms`` once a clip, and from then on reads their arrays from ``folder``.

    An entry belongs to the media files (path, time of change, size), ``num_segments``, ``flexible_length`` and the
    configs of the transforms: change one and another entry is made. The media are ``video_path`` and ``audio_path``;
    of a sample that has ``frame_paths`` these instead of the former, and its ``mask_paths`` and ``mask_kind``. Entries
    appear whole or not at all, so workers and processes may share a folder; a damaged entry is made again. Nothing is
    ever removed: delete the folder to free the space. Later transforms must not write into the arrays: the last clip's
    are given out again.

    Args:
        transforms: configs of transforms that use no random numbers.
        folder: of the cache; made if need be.
        keys: arrays to keep. Others that the transforms make (such as the waveform) are dropped, on the first run too.

    Raises:
        ConfigError: a transform is not given as a config, or does not make an array of ``keys``.
        BadMedia: a media file is missing.
    """

    def __init__(self, transforms: Sequence[dict], folder: str, keys: Sequence[str] = ('frames', 'log_mel')):
        if not all(isinstance(step, dict) for step in transforms):
            raise ConfigError('Cached.transforms takes configs, not objects: an entry is found by them')
        self.keys = tuple(keys)
        self.folder = Path(folder).expanduser()
        steps = [dict(step) for step in transforms]
        self._recipe = json.dumps([VERSION, self.keys, steps], sort_keys=True, default=_name)
        self.transforms = [TRANSFORMS.build(dict(step)) for step in transforms]
        # Questions about one clip come in a row: the last entry is kept at hand.
        self._last: tuple[Path | None, dict[str, np.ndarray]] = (None, {})

    def transform(self, results: dict) -> dict:
        """See the class."""
        path = self.entry(results)
        arrays = self._last[1] if path == self._last[0] else self._read(path)
        if arrays is None:
            arrays = self._make(dict(results))
            self._write(path, arrays)
        self._last = path, arrays
        results.update(arrays)
        return results

    def entry(self, results: dict) -> Path:
        """Where the arrays of a sample are kept.

        Raises:
            BadMedia: a media file is missing.
        """
        media = []
        pictures = results.get('frame_paths') or [results['video_path']]
        for path in (*pictures, results['audio_path'], *results.get('mask_paths', {}).values()):
            file = os.path.abspath(path)
            try:
                status = os.stat(file)
            except FileNotFoundError as problem:
                raise BadMedia(f'{file}: there is no such file') from problem
            media.append((file, status.st_mtime_ns, status.st_size))
        if 'mask_kind' in results:
            media.append(results['mask_kind'])
        length = results['num_segments'], results.get('flexible_length', False)
        return _entry(self.folder, self._recipe, tuple(media), length)

    def _make(self, results: dict) -> dict[str, np.ndarray]:
        """Run the transforms."""
        for step in self.transforms:
            results = step(results)
        absent = [key for key in self.keys if not isinstance(results.get(key), np.ndarray)]
        if absent:
            made = sorted(key for key, value in results.items() if isinstance(value, np.ndarray))
            raise ConfigError(f'Cached.keys names {absent[0]!r}, which its transforms do not make; the arrays they '
                              f'make: {made}')
        return {key: results[key] for key in self.keys}

    def _read(self, path: Path) -> dict[str, np.ndarray] | None:
        """The arrays of an entry; None if it is not there or damaged (every member has a checksum)."""
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as file:
                return {key: file[key] for key in self.keys}
        except _DAMAGED:
            return None

    def _write(self, path: Path, arrays: dict[str, np.ndarray]) -> None:
        """Write the entry: readers see the old one or the new one."""
        with whole_file(path) as temporary, open(temporary, 'wb') as file:
            np.savez(file, **arrays)


# Questions about one clip come in a row.
@functools.lru_cache(maxsize=1)
def _entry(folder: Path, recipe: str, media: tuple, length: tuple) -> Path:
    """The file of an entry."""
    digest = hashlib.sha256(json.dumps([recipe, media, length]).encode()).hexdigest()
    return folder / digest[:2] / f'{digest[2:40]}.npz'


def _name(value: object) -> str:
    """A class or function in a config, by its name.

    Raises:
        ConfigError: something that has no name to be found by.
    """
    if isinstance(value, type) or callable(value):
        return f'{value.__module__}.{value.__qualname__}'
    raise ConfigError(f'Cached cannot tell configs with {value!r} apart; use numbers, strings, lists and classes')
