"""The board as one Markdown file."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from avreg.benchmarks import get_card

from .columns import coverage, half_width, origin, percent, score_columns
from .ranking import rank_rows
from .row import Row


def to_markdown(board: Mapping[str, Sequence[Row]]) -> str:
    """A table a benchmark and split, best row first."""
    parts = ['# Leaderboards', '',
             'Scores in percent. *reported*: as a paper prints it; *verified*: scored here from predictions, with half the width of its 95 % '
             'interval (bootstrap over videos); *baseline*: the same for a prediction that looks at nothing. Rows share a rank where a paired '
             'bootstrap cannot tell them apart; reported rows have none.', '']
    for benchmark, rows in sorted(board.items()):
        card = get_card(benchmark)
        for split in sorted({row.split for row in rows}):
            parts += [f'## {card.title}, {split}', '', *_table(benchmark, [row for row in rows if row.split == split]), '', card.protocol, '']
    return '\n'.join(parts)


def _table(benchmark: str, rows: Sequence[Row]) -> list[str]:
    keys = score_columns(benchmark, rows)
    lines = ['| ' + ' | '.join(['rank', 'method', 'settings', *keys, 'status', 'from', 'samples']) + ' |',
             '| ' + ' | '.join(['---:', '---', '---', *['---:'] * len(keys), '---', '---', '---:']) + ' |']
    for standing in rank_rows(rows):
        row = standing.row
        scores = [' '.join(filter(None, (percent(row, key), half_width(row, key)))) for key in keys]
        cells = [str(standing.rank or '-'), row.method, str(row.meta.get('settings', '')), *scores, row.status, origin(row), coverage(row)]
        lines.append('| ' + ' | '.join(map(_plain, cells)) + ' |')
    return lines


def _plain(text: str) -> str:
    """``text`` without what Markdown or HTML would take for its own."""
    return re.sub(r'([\\`*_{}\[\]<>|#])', r'\\\1', ' '.join(text.split()))
