"""Lists in files: names, one clip a line; JSON lists; the tables of AVSBench."""
from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from avreg.errors import did_you_mean

_MEDIA_SUFFIXES = ('.mp4', '.jpg', '.png', '.wav')


def read_names(path: Path) -> list[str]:
    """The first column of a file of names, a header-less list or csv, without the suffixes of media files."""
    names = []
    # Official lists come with and without a byte order mark, and with either kind of line end.
    for line in path.read_text(encoding='utf-8-sig').splitlines():
        name = line.split(',')[0].strip()
        suffix = next((s for s in _MEDIA_SUFFIXES if name.lower().endswith(s)), '')
        if name:
            names.append(name[:len(name) - len(suffix)])
    return names


def read_json_list(path: Path, items: str) -> list:
    """The list in a JSON file of ``items`` (what errors call them).

    Raises:
        ValueError: not JSON, or not a list.
    """
    try:
        rows = json.loads(path.read_text(encoding='utf-8'))
    except json.JSONDecodeError as problem:
        raise ValueError(f'{path}:{problem.lineno}: not JSON: {problem.msg}') from problem
    if not isinstance(rows, list):
        raise ValueError(f'{path}: expected a JSON list of {items}, got {type(rows).__name__}')
    return rows


def require_fields(entry: object, fields: Sequence[str], where: str, known: str) -> None:
    """Stop unless ``entry`` is a JSON object with all ``fields``.

    Raises:
        ValueError: names ``where``, the first field that is not there, and what such an entry has (``known``).
    """
    absent = [field for field in fields if not isinstance(entry, dict) or field not in entry]
    if absent:
        raise ValueError(f'{where}: no field {absent[0]!r}; {known}')


def whole_number(value: object, field: str, where: str) -> int:
    """``value`` of a field that holds a whole number, as a number or as text.

    Raises:
        ValueError: it does not; names ``where`` and the field.
    """
    if isinstance(value, int) or isinstance(value, str) and value.strip().lstrip('-').isdigit():
        return int(value)
    raise ValueError(f'{where}: {field} is a whole number, got {value!r}')


class TableRow(NamedTuple):
    """A line of a table: all ``fields`` in order, those of the wanted columns by ``name``, and file and line."""

    fields: list[str]
    name: dict[str, str]
    where: str


def read_table(path: Path, columns: tuple[str, ...], choices: dict[str, tuple[str, ...]],
               least: int = 1) -> Iterator[TableRow]:
    """Rows of a csv file with a header.

    Args:
        path: the file.
        columns: names that the header must hold, anywhere.
        choices: column -> the values it may have.
        least: number of columns that the table must have.

    Raises:
        ValueError: a column is not there, a line has another number of fields, or a value is none of its choices; names
            file, line and the nearest valid name.
    """
    with open(path, encoding='utf-8-sig', newline='') as file:
        rows = csv.reader(file)
        header = [name.strip() for name in next(rows, [])]
        for column in columns:
            if column not in header:
                raise ValueError(f'{path}:1: there is no column {column!r}{did_you_mean(column, header)}; the header is '
                                 f"{','.join(header)!r}")
        if len(header) < least:
            raise ValueError(f"{path}:1: the table has {len(header)} columns ({','.join(header)}), {least} are needed")
        for fields in rows:
            if not any(fields):
                continue
            where = f'{path}:{rows.line_num} (id {fields[0]})'
            if len(fields) != len(header):
                raise ValueError(f"{where}: expected {len(header)} fields ({','.join(header)}), got {len(fields)}: "
                                 f"{','.join(fields)!r}")
            name = {column: fields[header.index(column)].strip() for column in columns}
            for column, valid in choices.items():
                if name[column] not in valid:
                    raise ValueError(f'{where}: {column} {name[column]!r} is not one of '
                                     f"{', '.join(map(repr, valid))}{did_you_mean(name[column], valid)}")
            yield TableRow([field.strip() for field in fields], name, where)
