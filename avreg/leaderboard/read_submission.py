"""Reading submission folders of strangers: data only, within limits, every problem told (:mod:`avreg.leaderboard.safe_files`)."""
from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from avreg.errors import nearest

from .codecs import get_row_codec
from .problems import Problems
from .safe_files import check_file, parse_object, read_lines, read_npz_array
from .write_submission import META, PREDICTIONS, array_path, check_id, check_split

# Bytes. The longest real line (a thousand events) has some 60 kB, the largest real file some 20 MB.
MAX_META, MAX_LINE, MAX_PREDICTIONS = 1 << 20, 1 << 22, 1 << 29
# Of an array whose size the annotations do not fix: a map of 2,048 x 2,048 in float64.
MAX_ARRAY = 1 << 25
# Of what a board shows of meta.json.
MAX_METHOD, MAX_DEPTH = 100, 8
# Blank lines are passed over, but not for ever.
_MAX_BLANK = 1000
# Looking for the nearest of thousands of ids takes a while.
_MAX_HINTS = 10


def scan_meta(folder: str | os.PathLike, benchmark: str, problems: Problems, split: str | None = None) -> dict[str, Any]:
    """``meta.json``, or what of it can be read; what is wrong goes to ``problems``.

    Args:
        folder: the submission.
        benchmark: that it must be to.
        problems: collects.
        split: that it must be of; None: any of the benchmark.
    """
    path = Path(folder) / META
    try:
        check_file(path, Path(folder), MAX_META)
        meta = parse_object(path.read_bytes(), str(path))
    except (ValueError, FileNotFoundError) as problem:
        problems.add(problem)
        return {}
    if meta.get('benchmark') != benchmark:
        problems.add(f"{path}: 'benchmark' is {meta.get('benchmark')!r}, but the submission is read as one to {benchmark!r}")
    try:
        check_split(meta.get('split'), benchmark, str(path))
        if split is not None and meta['split'] != split:
            problems.add(f"{path}: 'split' is {meta['split']!r}, but {split!r} is to be scored")
    except ValueError as problem:
        problems.add(problem)
    if not isinstance(meta.get('method'), str) or not meta['method'].strip():
        problems.add(f"{path}: 'method' is {meta.get('method')!r}, the method's name is needed")
    elif len(meta['method']) > MAX_METHOD or any(unicodedata.category(letter) in ('Cc', 'Cf') for letter in meta['method']):
        problems.add(f"{path}: 'method' is {meta['method'][:MAX_METHOD]!r}; a name has at most {MAX_METHOD} characters that can be seen")
    if _depth(meta) > MAX_DEPTH:
        problems.add(f'{path}: objects and lists stand in one another more than {MAX_DEPTH} deep')
        return {}
    return meta


def _depth(value: Any) -> int:
    """How deep objects and lists stand in one another."""
    depth, inside = 0, [value]
    while inside := [item for box in inside if isinstance(box, (dict, list)) for item in (box.values() if isinstance(box, dict) else box)]:
        depth += 1
    return depth


def read_meta(folder: str | os.PathLike, benchmark: str) -> dict[str, Any]:
    """``meta.json`` of a submission to ``benchmark``.

    Raises:
        SubmissionError: it is missing, not a JSON object, of another benchmark, of an unknown split, or without a method.
    """
    problems = Problems(folder)
    meta = scan_meta(folder, benchmark, problems)
    problems.stop_if_any()
    return meta


def read_addressee(folder: str | os.PathLike) -> tuple[str, str, str]:
    """Benchmark and split that a submission is to, and its method.

    Raises:
        FileNotFoundError, ValueError: no ``meta.json``, a bad one, or a benchmark or split that there is not.
    """
    path = Path(folder) / META
    check_file(path, Path(folder), MAX_META)
    meta = parse_object(path.read_bytes(), str(path))
    benchmark = meta.get('benchmark')
    if not isinstance(benchmark, str):
        raise ValueError(f"{path}: 'benchmark' is {benchmark!r}, the name of a benchmark is needed")
    get_row_codec(benchmark)
    check_split(meta.get('split'), benchmark, str(path))
    return benchmark, meta['split'], str(meta.get('method'))


def scan_predictions(folder: str | os.PathLike, benchmark: str, ids: Collection[str | int] | None,
                     problems: Problems) -> dict[str | int, dict[str, np.ndarray]]:
    """The good rows of ``predictions.jsonl``: official id -> arrays (:mod:`avreg.leaderboard.codecs`), in file order; what is wrong
    goes to ``problems``.

    Args:
        folder: the submission.
        benchmark: name of the benchmark.
        ids: the official ids of the split, each of which needs one row; None: any ids.
        problems: collects.
    """
    codec = get_row_codec(benchmark)
    path = Path(folder) / PREDICTIONS
    known = None if ids is None else set(ids)
    predictions: dict[str | int, dict[str, np.ndarray]] = {}
    line_of: dict[str | int, int] = {}
    blank = hints = 0
    try:
        for number, line in read_lines(path, Path(folder), MAX_PREDICTIONS, MAX_LINE):
            if line is not None and not line.strip():
                blank += 1
                if blank > _MAX_BLANK:
                    problems.add(f'{path}:{number}: more than {_MAX_BLANK} blank lines; the rest is not read')
                    break
                continue
            try:
                if line is None:
                    raise ValueError(f'{path}:{number}: a line of more than {MAX_LINE:,} bytes')
                row = parse_object(line, f'{path}:{number}')
                sample_id = row.get('id')
                check_id(sample_id, codec.id_type, f'{path}:{number}')
                where = f'{path}:{number} (id {sample_id!r})'
                if sample_id in line_of:
                    raise ValueError(f'{where}: this id is already on line {line_of[sample_id]}')
                if known is not None and sample_id not in known:
                    hints += 1
                    near = nearest(sample_id[:100], known, 1) if isinstance(sample_id, str) and hints <= _MAX_HINTS else []
                    raise ValueError(f'{where}: no such id in the split{f"; did you mean {near[0]!r}?" if near else ""}')
                line_of[sample_id] = number
                predictions[sample_id] = codec.decode(row, where)
            except ValueError as problem:
                problems.add(problem)
    except (ValueError, FileNotFoundError) as problem:
        problems.add(problem)
        return {}
    missing = sorted((known or set()) - line_of.keys())
    if missing:
        problems.add(f'{path}: {len(missing)} of the {len(known)} samples of the split have no prediction, the first is id '
                     f'{missing[0]!r}; a part is never scored as the whole')
    return predictions


def read_predictions(folder: str | os.PathLike, benchmark: str,
                     ids: Collection[str | int] | None = None) -> dict[str | int, dict[str, np.ndarray]]:
    """``predictions.jsonl`` of a submission: official id -> arrays (:mod:`avreg.leaderboard.codecs`), in file order.

    Args:
        folder: the submission.
        benchmark: name of the benchmark; ``meta.json`` must say the same.
        ids: the official ids of the split. If given, there must be exactly one row for each.

    Raises:
        SubmissionError: anything wrong in the files, all of it: names the file, the line and the id.
    """
    problems = Problems(folder)
    scan_meta(folder, benchmark, problems)
    predictions = scan_predictions(folder, benchmark, ids, problems)
    problems.stop_if_any()
    return predictions


def read_array(folder: str | os.PathLike, benchmark: str, sample_id: str, max_bytes: int = MAX_ARRAY) -> np.ndarray:
    """The array of one sample of a submission to a benchmark with pixels.

    Args:
        folder: the submission.
        benchmark: name of the benchmark.
        sample_id: official id.
        max_bytes: that the array may have.

    Raises:
        FileNotFoundError: there is no ``arrays/<id>.npz``.
        ValueError: an id or a link that leads out of the folder, a file that is not an npz of plain numbers or too large, the array
            missing in it or not one of the benchmark.
    """
    codec = get_row_codec(benchmark)
    path = array_path(Path(folder), sample_id)
    try:
        array = read_npz_array(path, Path(folder), codec.array, max_bytes)
    except FileNotFoundError:
        raise FileNotFoundError(f'{path} is missing, the array of id {sample_id!r}') from None
    return codec.check(array, f'{path} (id {sample_id!r})')
