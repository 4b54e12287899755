"""The folder that holds the rows: ``<benchmark>/<name>.json``, a scored row each, and ``<benchmark>/reported.json``, a list."""
from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from pathlib import Path

from avreg.atomic_write import write_text_atomically
from avreg.benchmarks import get_card

from .ranking import rank_rows
from .row import REPORTED, Row

# The board that comes with avreg and lies in Git.
DEFAULT_BOARD = Path(__file__).parents[1] / 'entries'
_REPORTED_FILE = 'reported.json'


def read_board(folder: str | os.PathLike) -> dict[str, list[Row]]:
    """All rows, by benchmark.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: everything that is wrong with the rows, one problem a line.
    """
    rows, problems = _read(Path(folder))
    if problems:
        raise ValueError(f'{len(problems)} problems in the board {folder}:\n' + '\n'.join(f'  {problem}' for problem in problems))
    return rows


def check_board(folder: str | os.PathLike) -> int:
    """Read all rows and rank them; how many there are.

    Raises:
        FileNotFoundError, ValueError: as :func:`read_board`; also rows of one split that were scored with different annotations.
    """
    rows = read_board(folder)
    for of_benchmark in rows.values():
        for split in {row.split for row in of_benchmark}:
            rank_rows([row for row in of_benchmark if row.split == split])
    return sum(map(len, rows.values()))


def add_row(folder: str | os.PathLike, row: Row, replace: bool = False) -> Path:
    """Write a scored ``row`` and give its file.

    Raises:
        ValueError: the board has a row of that name already (and not ``replace``), or its other rows of the split were scored with
            other annotations.
    """
    path = check_place(folder, row.benchmark, row.split, row.method, replace)
    Row.from_json(row.to_json(), f'the row of {row.method!r}')
    others = read_board(folder).get(row.benchmark, []) if Path(folder).is_dir() else []
    others = [other for other in others if row_path(folder, other.benchmark, other.split, other.method) != path]
    if problem := _other_annotations([row, *others]):
        raise ValueError(f'{problem}. Other annotations need another board')
    text = json.dumps(row.to_json(), indent=1, ensure_ascii=False)
    # A list of numbers on one line: a thousand resamples are not a thousand lines of a diff.
    text = re.sub(r'\[\n[\d.,\s-]+\n *\]', lambda numbers: ' '.join(numbers[0].split()), text)
    return write_text_atomically(path, text + '\n')


def check_place(folder: str | os.PathLike, benchmark: str, split: str, method: str, replace: bool = False) -> Path:
    """The file of a row that is to be added.

    Raises:
        ValueError: the board has that row already (and not ``replace``).
    """
    path = row_path(folder, benchmark, split, method)
    if path.exists() and not replace:
        raise ValueError(f'{path} exists: the board has {method!r} already. Give the method another name, or replace the row')
    return path


def row_path(folder: str | os.PathLike, benchmark: str, split: str, method: str) -> Path:
    """Where the row of a method stands: its name in lower case, letters and digits joined by '-', and the split. Two methods never
    share a file: where that loses something of the name, a few digits of its hash are added.
    """
    plain = unicodedata.normalize('NFKD', method).encode('ascii', 'ignore').decode().lower()
    name = re.sub(r'[^a-z0-9]+', '-', plain).strip('-')[:80]
    if name != method.lower().replace(' ', '-'):
        name = f'{name}-{hashlib.sha256(method.encode()).hexdigest()[:8]}'.strip('-')
    return Path(folder) / benchmark / f'{name}-{split}.json'


def _read(folder: Path) -> tuple[dict[str, list[Row]], list[str]]:
    if not folder.is_dir():
        raise FileNotFoundError(f'there is no board {folder.absolute()}; `tools/leaderboard.py add` makes one')
    rows: dict[str, list[Row]] = {}
    problems: list[str] = []
    for path in sorted(folder.glob('*/*.json')):
        try:
            value = json.loads(path.read_text(encoding='utf-8'))
            get_card(path.parent.name)
        except (ValueError, RecursionError) as problem:
            problems.append(f'{path}: {problem}')
            continue
        values = value if isinstance(value, list) else [value]
        for number, item in enumerate(values):
            where = f'{path}, row {number}' if isinstance(value, list) else str(path)
            try:
                row = Row.from_json(item, where)
                if row.benchmark != path.parent.name:
                    raise ValueError(f'{where}: a row of {row.benchmark} in the folder of {path.parent.name}')
                if (row.status == REPORTED) != (path.name == _REPORTED_FILE):
                    raise ValueError(f'{where}: reported rows stand in {_REPORTED_FILE}, and nothing else does')
                own = row_path(folder, row.benchmark, row.split, row.method)
                if row.status != REPORTED and path != own:
                    raise ValueError(f'{where}: the row of {row.method!r} belongs into {own.name}')
            except ValueError as problem:
                problems.append(str(problem))
                continue
            rows.setdefault(row.benchmark, []).append(row)
    for of_benchmark in rows.values():
        if problem := _other_annotations(of_benchmark):
            problems.append(problem)
    return rows, problems


def _other_annotations(rows: list[Row]) -> str:
    """What is wrong if two scored rows of a split of one benchmark have different annotations."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.status != REPORTED:
            other = first.setdefault(row.split, row)
            if other.annotations != row.annotations:
                return f'{row.method!r} and {other.method!r} of {row.benchmark} {row.split} were scored with different annotation files'
    return ''
