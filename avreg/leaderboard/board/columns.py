"""What the tables of the board show of a row, once for Markdown and for the site."""
from __future__ import annotations

from collections.abc import Sequence

from avreg.benchmarks import get_card

from .row import REPORTED, Row


def score_columns(benchmark: str, rows: Sequence[Row]) -> list[str]:
    """Keys of the scores that some row has, the main metric first, the others in the order of the rows that have most."""
    main = get_card(benchmark).main_metric
    keys = dict.fromkeys([main])
    for row in sorted(rows, key=lambda row: -len(row.scores)):
        keys.update(dict.fromkeys(row.scores))
    return list(keys)


def percent(row: Row, key: str) -> str:
    """A score with as many digits as the paper prints in that row, two where it was scored here; nothing where there is none."""
    if key not in row.scores:
        return ''
    digits = max(len(str(score).partition('.')[2]) for score in row.scores.values()) if row.status == REPORTED else 2
    return f'{row.scores[key]:.{digits}f}'


def half_width(row: Row, key: str) -> str:
    """The interval as '± half its width'; nothing for a reported row."""
    if key not in row.intervals:
        return ''
    low, high = row.intervals[key]
    return f'±{(high - low) / 2:.1f}'


def origin(row: Row) -> str:
    """Where the row is from: paper and table, or who scored it and when."""
    if row.status == REPORTED:
        return f"{row.meta['source']['paper']}, {row.meta['source']['table']}"
    return f'{row.evaluator}, {row.date}'


def coverage(row: Row) -> str:
    """'n/N' samples; nothing for a reported row."""
    return f"{row.coverage['scored']}/{row.coverage['of']}" if row.coverage else ''
