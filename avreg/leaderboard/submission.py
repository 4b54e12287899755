"""Submission folders: ``meta.json``, ``predictions.jsonl`` and, with pixels, ``arrays/<id>.npz``. Data only: a stranger's folder is safe to read."""
from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from avreg.benchmarks import get_card
from avreg.errors import nearest
from avreg.evaluation.atomic_write import write_bytes_atomically, write_text_atomically

from .codecs import ArrayCodec, get_row_codec

META, PREDICTIONS, ARRAYS = 'meta.json', 'predictions.jsonl', 'arrays'


class SubmissionWriter:
    """Writes the predictions of one split of one benchmark as a submission folder.

    Args:
        folder: where ``meta.json`` and ``predictions.jsonl`` go; made if need be, older ones are replaced.
        benchmark: name of the benchmark.
        split: name of the split.
        method_meta: ``method`` (its name) and free fields such as ``paper``, ``code``, ``params``.

    Raises:
        ValueError: unknown benchmark or split, no method name, or a field that is not free.
    """

    def __init__(self, folder: str | os.PathLike, benchmark: str, split: str, method_meta: Mapping[str, Any]) -> None:
        self.folder = Path(folder)
        self.codec = get_row_codec(benchmark)
        _check_split(split, benchmark, 'split')
        check_method_meta(method_meta)
        self.meta = {'benchmark': benchmark, 'split': split, **method_meta}

    def write_array(self, sample_id: str, array: np.ndarray) -> Path:
        """Write ``arrays/<id>.npz`` of a benchmark with pixels, one sample at a time, before :meth:`write`.

        Raises:
            ValueError: the benchmark has no arrays, the id leads out of the folder, or the array is not one of the benchmark.
        """
        if not isinstance(self.codec, ArrayCodec):
            raise ValueError(f'submissions to {self.meta["benchmark"]} hold no arrays')
        (self.folder / META).unlink(missing_ok=True)
        data = io.BytesIO()
        np.savez_compressed(data, **{self.codec.array: self.codec.check(array, f'id {sample_id!r}')})
        return write_bytes_atomically(_array_path(self.folder, sample_id), data.getvalue())

    def write(self, predictions: Mapping[str | int, Mapping[str, np.ndarray]]) -> Path:
        """Write the folder and give its path. Rows are sorted by id.

        ``meta.json`` comes last: a folder without it was interrupted and is refused by the reader.

        Args:
            predictions: official id -> arrays, as :mod:`avreg.leaderboard.codecs` names them; with pixels, nothing: they are
                written by :meth:`write_array`.

        Raises:
            ValueError: an id of the wrong type, or one without its array.
        """
        for sample_id in predictions:
            _check_id(sample_id, self.codec.id_type, f'a prediction of {self.meta["benchmark"]}')
        if isinstance(self.codec, ArrayCodec):
            without = [sample_id for sample_id in predictions if not _array_path(self.folder, sample_id).is_file()]
            if without:
                raise ValueError(f'{_array_path(self.folder, without[0])} is missing; write_array comes before write')
        rows = [{'id': sample_id, **self.codec.encode(predictions[sample_id])} for sample_id in sorted(predictions)]
        (self.folder / META).unlink(missing_ok=True)
        lines = ''.join(json.dumps(row, ensure_ascii=False) + '\n' for row in rows)
        write_text_atomically(self.folder / PREDICTIONS, lines)
        write_text_atomically(self.folder / META, json.dumps(self.meta, ensure_ascii=False, indent=1) + '\n')
        return self.folder


def check_method_meta(method_meta: Mapping[str, Any]) -> None:
    """Stop if the fields of ``meta.json`` that describe the method lack its name or hold what is not free.

    Raises:
        ValueError: as said.
    """
    if not isinstance(method_meta.get('method'), str) or not method_meta['method']:
        raise ValueError("a submission needs the method's name: method_meta=dict(method='...'), got "
                         f'{dict(method_meta)!r}')
    taken = sorted({'benchmark', 'split'} & method_meta.keys())
    if taken:
        raise ValueError(f'method_meta must not hold {taken}; the writer sets them')


def read_meta(folder: str | os.PathLike, benchmark: str) -> dict[str, Any]:
    """``meta.json`` of a submission to ``benchmark``.

    Raises:
        FileNotFoundError: there is none.
        ValueError: not a JSON object, another benchmark, an unknown split, or no method.
    """
    path = Path(folder) / META
    if not path.is_file():
        raise FileNotFoundError(f'{path} is missing; a submission is a folder with {META} and {PREDICTIONS}')
    meta = _parse(path.read_bytes(), str(path))
    if meta.get('benchmark') != benchmark:
        raise ValueError(f"{path}: 'benchmark' is {meta.get('benchmark')!r}, but the submission is read as one to "
                         f'{benchmark!r}')
    _check_split(meta.get('split'), benchmark, str(path))
    if not isinstance(meta.get('method'), str) or not meta['method']:
        raise ValueError(f"{path}: 'method' is {meta.get('method')!r}, the method's name is needed")
    return meta


def read_predictions(
    folder: str | os.PathLike,
    benchmark: str,
    ids: Collection[str | int] | None = None,
) -> dict[str | int, dict[str, np.ndarray]]:
    """``predictions.jsonl`` of a submission: official id -> arrays (:mod:`avreg.leaderboard.codecs`), in file order.

    Args:
        folder: the submission.
        benchmark: name of the benchmark; ``meta.json`` must say the same.
        ids: the official ids of the split. If given, there must be exactly one row for each.

    Raises:
        FileNotFoundError: a file of the submission is missing.
        ValueError: anything wrong in a row, a repeated, unknown or missing id; names the file, the line and the id.
    """
    read_meta(folder, benchmark)
    codec = get_row_codec(benchmark)
    path = Path(folder) / PREDICTIONS
    if not path.is_file():
        raise FileNotFoundError(f'{path} is missing; a submission is a folder with {META} and {PREDICTIONS}')
    known = None if ids is None else set(ids)
    predictions: dict[str | int, dict[str, np.ndarray]] = {}
    line_of: dict[str | int, int] = {}
    with path.open('rb') as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            row = _parse(line, f'{path}:{number}')
            sample_id = row.get('id')
            _check_id(sample_id, codec.id_type, f'{path}:{number}')
            where = f'{path}:{number} (id {sample_id!r})'
            if sample_id in predictions:
                raise ValueError(f'{where}: this id is already on line {line_of[sample_id]}')
            if known is not None and sample_id not in known:
                near = nearest(str(sample_id), map(str, known), 1)
                raise ValueError(f'{where}: no such id in the split{f"; did you mean {near[0]!r}?" if near else ""}')
            predictions[sample_id] = codec.decode(row, where)
            line_of[sample_id] = number
    missing = sorted((known or set()) - predictions.keys())
    if missing:
        raise ValueError(f'{path}: {len(missing)} of the {len(known)} samples of the split have no prediction, the '
                         f'first is id {missing[0]!r}; a part is never scored as the whole')
    return predictions


def read_array(folder: str | os.PathLike, benchmark: str, sample_id: str) -> np.ndarray:
    """The array of one sample of a submission to a benchmark with pixels.

    Raises:
        FileNotFoundError: there is no ``arrays/<id>.npz``.
        ValueError: an id that leads out of the folder, a file that is not an npz of plain numbers, the array missing in it or
            not one of the benchmark.
    """
    codec = get_row_codec(benchmark)
    path = _array_path(Path(folder), sample_id)
    if not path.is_file():
        raise FileNotFoundError(f'{path} is missing, the array of id {sample_id!r}')
    where = f'{path} (id {sample_id!r})'
    try:
        with np.load(path, allow_pickle=False) as arrays:
            array = arrays[codec.array] if codec.array in arrays.files else None
            names = arrays.files
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f'{where}: not an npz file of plain numbers: {error}') from error
    if array is None:
        raise ValueError(f'{where}: no array {codec.array!r}, it holds {names}')
    return codec.check(array, where)


def _array_path(folder: Path, sample_id: str) -> Path:
    """``arrays/<id>.npz``; a '/' in an id is a folder.

    Raises:
        ValueError: an id that leads out of ``arrays/``.
    """
    parts = PurePosixPath(sample_id).parts
    if not parts or PurePosixPath(sample_id).is_absolute() or '..' in parts or '\\' in sample_id or '\0' in sample_id:
        raise ValueError(f'id {sample_id!r} leads out of {folder / ARRAYS}')
    return (folder / ARRAYS).joinpath(*parts[:-1], f'{parts[-1]}.npz')


def _parse(text: bytes, where: str) -> dict[str, Any]:
    """A JSON object; NaN and Infinity, which Python's reader would take, are refused."""
    try:
        parsed = json.loads(text.decode('utf-8'), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{where}: not a line of JSON: {error}') from error
    if not isinstance(parsed, dict):
        raise ValueError(f'{where}: a JSON object is needed, this is {type(parsed).__name__}')
    return parsed


def _refuse_constant(name: str) -> None:
    raise ValueError(f'{name} is not a number of JSON')


def _check_id(sample_id: Any, id_type: type, where: str) -> None:
    # type() and not isinstance: true is an int to Python, but no id.
    if type(sample_id) is not id_type:
        raise ValueError(f'{where}: the id is {sample_id!r}, it must be of type {id_type.__name__}')


def _check_split(split: Any, benchmark: str, where: str) -> None:
    splits = get_card(benchmark).splits
    if split not in splits:
        raise ValueError(f'{where}: {split!r} is not a split of {benchmark}; its splits are: {", ".join(splits)}')
