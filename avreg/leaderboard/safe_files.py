"""Reading a stranger's files: never more than a limit, never outside of the folder, nothing but data.

Every function that reads a file raises ValueError with its path in the message, and FileNotFoundError where there is none.
"""
from __future__ import annotations

import json
import math
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

# What compression and the directory of a zip file may add to an array.
_SLACK = 1 << 16
# Longest header of an array that NumPy writes for plain types, with room.
_MAX_HEADER = 1 << 12


def check_file(path: Path, root: Path, limit: int) -> None:
    """Stop unless ``path`` is a plain file of at most ``limit`` bytes that lies below ``root``, links followed.

    Raises:
        FileNotFoundError: it is missing.
        ValueError: it is something else, or cannot be read.
    """
    try:
        real = path.resolve()
        if not real.is_relative_to(root.resolve()):
            raise ValueError(f'{path}: is a link that leads out of the submission')
        if not path.exists():
            raise FileNotFoundError(f'{path} is missing; a submission is a folder with meta.json and predictions.jsonl')
        if not path.is_file():
            raise ValueError(f'{path}: is not a file')
        size = path.stat().st_size
    except (OSError, RuntimeError) as problem:  # loops of links, names too long, no permission
        if isinstance(problem, FileNotFoundError):
            raise
        raise ValueError(f'{path}: cannot be read: {problem}') from problem
    if size > limit:
        raise ValueError(f'{path}: has {size:,} bytes, more than the {limit:,} that such a file can need')


def read_lines(path: Path, root: Path, limit: int, line_limit: int) -> Iterator[tuple[int, bytes | None]]:
    """(number from 1, line) for each line of a text file; None stands for one that is longer than ``line_limit`` bytes, which is
    passed over."""
    check_file(path, root, limit)
    with path.open('rb') as file:
        number, line = 1, file.readline(line_limit + 1)
        while line:
            whole = line.endswith(b'\n') or len(line) <= line_limit
            yield number, line if whole else None
            while not whole:
                rest = file.readline(1 << 20)
                whole = not rest or rest.endswith(b'\n')
            number, line = number + 1, file.readline(line_limit + 1)


def parse_object(text: bytes, where: str) -> dict[str, Any]:
    """A JSON object, strictly: NaN, Infinity, numbers beyond the range of float64, repeated keys and half surrogate pairs, which
    Python's reader takes, are refused.

    Raises:
        ValueError: not such an object; names ``where``.
    """
    try:
        parsed = json.loads(text.decode('utf-8'), parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_without_repetition)
        if b'\\u' in text:
            json.dumps(parsed, ensure_ascii=False).encode('utf-8')
    except UnicodeEncodeError as problem:
        raise ValueError(f'{where}: holds half a surrogate pair, which is no character') from problem
    except (ValueError, RecursionError) as problem:
        raise ValueError(f'{where}: not a line of JSON: {problem}') from problem
    if not isinstance(parsed, dict):
        raise ValueError(f'{where}: a JSON object is needed, this is {type(parsed).__name__}')
    return parsed


def read_npz_array(path: Path, root: Path, name: str, max_bytes: int) -> np.ndarray:
    """Array ``name`` of an npz file. What its header promises is checked before anything is unpacked: neither a zip bomb nor a header
    of 10^9 elements costs memory.

    Args:
        path: the file.
        root: the folder it must lie in.
        name: of the array.
        max_bytes: that the array may have.

    Raises:
        FileNotFoundError: the file is missing.
        ValueError: see :func:`check_file`; the file is damaged, or the array is missing, too large, or not of plain numbers.
    """
    check_file(path, root, max_bytes + _SLACK)
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.removesuffix('.npy'): info for info in archive.infolist()}
            if name not in members:
                raise ValueError(f'no array {name!r}, it holds {sorted(members)[:10]}')
            if members[name].file_size > max_bytes + _MAX_HEADER:
                raise ValueError(f'{name!r} unpacks to {members[name].file_size:,} bytes, more than the {max_bytes:,} that it can need')
            with archive.open(members[name]) as file:
                return _read_npy(file, name, max_bytes)
    # What zipfile raises on damaged, encrypted or foreign files is not one family.
    except (ValueError, OSError, EOFError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as problem:
        raise ValueError(f'{path}: not an npz file of plain numbers: {problem}') from problem


def _read_npy(file, name: str, max_bytes: int) -> np.ndarray:
    version = np.lib.format.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f'{name!r} is in version {version} of the npy format; 1.0 and 2.0 are read')
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        shape, fortran_order, dtype = read_header(file, max_header_size=_MAX_HEADER)
    # A damaged header is parsed as Python's literals, and what its parser raises is not one family either.
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError, tokenize.TokenError) as problem:
        raise ValueError(f'the header of {name!r} cannot be read: {problem}') from problem
    if dtype.kind not in 'biuf':
        raise ValueError(f'{name!r} holds {dtype}, not plain numbers')
    if any(side < 0 for side in shape):
        raise ValueError(f'{name!r} has the shape {list(shape)}')
    size = math.prod(shape) * dtype.itemsize
    if size > max_bytes:
        raise ValueError(f'{name!r} is {dtype}{list(shape)}, {size:,} bytes, more than the {max_bytes:,} that it can need')
    data = file.read(size + 1)
    if len(data) != size:
        raise ValueError(f'{name!r} is {dtype}{list(shape)}, {size:,} bytes, but the file holds {"more" if len(data) > size else f"{len(data):,}"}')
    return np.frombuffer(data, dtype).reshape(shape, order='F' if fortran_order else 'C')


def _refuse_constant(name: str) -> None:
    raise ValueError(f'{name} is not a number of JSON')


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f'{text[:40]} is beyond the range of a number')
    return value


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise ValueError(f'the key {repeated[:40]!r} occurs twice')
    return result
