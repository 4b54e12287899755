"""SubmissionWriter: writes submission folders, ``meta.json``, ``predictions.jsonl`` and, with pixels, ``arrays/<id>.npz``."""
from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from avreg.atomic_write import write_bytes_atomically, write_text_atomically
from avreg.benchmarks import get_card

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
        check_split(split, benchmark, 'split')
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
        return write_bytes_atomically(array_path(self.folder, sample_id), data.getvalue())

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
            check_id(sample_id, self.codec.id_type, f'a prediction of {self.meta["benchmark"]}')
        if isinstance(self.codec, ArrayCodec):
            without = [sample_id for sample_id in predictions if not array_path(self.folder, sample_id).is_file()]
            if without:
                raise ValueError(f'{array_path(self.folder, without[0])} is missing; write_array comes before write')
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


def array_path(folder: Path, sample_id: str) -> Path:
    """``arrays/<id>.npz``; a '/' in an id is a folder.

    Raises:
        ValueError: an id that leads out of ``arrays/``.
    """
    parts = PurePosixPath(sample_id).parts
    if not parts or PurePosixPath(sample_id).is_absolute() or '..' in parts or '\\' in sample_id or '\0' in sample_id:
        raise ValueError(f'id {sample_id!r} leads out of {folder / ARRAYS}')
    return (folder / ARRAYS).joinpath(*parts[:-1], f'{parts[-1]}.npz')


def check_id(sample_id: Any, id_type: type, where: str) -> None:
    """Stop at an id that is not of the benchmark's type.

    Raises:
        ValueError: as said.
    """
    # type() and not isinstance: true is an int to Python, but no id.
    if type(sample_id) is not id_type:
        raise ValueError(f'{where}: the id is {sample_id!r}, it must be of type {id_type.__name__}')


def check_split(split: Any, benchmark: str, where: str) -> None:
    """Stop at a split that the benchmark does not have.

    Raises:
        ValueError: as said.
    """
    splits = get_card(benchmark).splits
    if split not in splits:
        raise ValueError(f'{where}: {split!r} is not a split of {benchmark}; its splits are: {", ".join(splits)}')
