"""The board as a static site: one page a benchmark, one for all, nothing from elsewhere, so that it works from a folder."""
from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from avreg.atomic_write import write_text_atomically
from avreg.benchmarks import get_card

from .columns import coverage, half_width, origin, percent, score_columns
from .markdown import to_markdown
from .ranking import Standing, rank_rows
from .row import BASELINE, REPORTED, VERIFIED, Row

_FILES = Path(__file__).parent / 'site_files'
_STATUS = {VERIFIED: 'scored here from predictions', BASELINE: 'a prediction that looks at nothing, scored here',
           REPORTED: 'as a paper prints it'}
_SHOWN_META = ('paper', 'code', 'settings', 'params', 'notes')
_WIDTH, _HEIGHT = 130, 16


def build_site(board: Mapping[str, Sequence[Row]], out: str | os.PathLike) -> list[Path]:
    """Write ``index.html``, ``<benchmark>.html``, ``board.css``, ``board.js`` and ``leaderboards.md`` to the folder ``out``.

    Whatever a stranger wrote into a submission is shown as text; of links only http and https.

    Returns:
        The files.

    Raises:
        ValueError: nothing to show, or rows that cannot be ranked.
    """
    if not board:
        raise ValueError('the board has no rows')
    out, names = Path(out), sorted(board)
    pages = {'index.html': _page('All benchmarks', names, None, _overview(board))}
    for name in names:
        pages[f'{name}.html'] = _page(get_card(name).title, names, name, _benchmark(name, board[name]))
    pages |= {path.name: path.read_text(encoding='utf-8') for path in (_FILES / 'board.css', _FILES / 'board.js')}
    pages['leaderboards.md'] = to_markdown(board)
    return [write_text_atomically(out / name, text) for name, text in pages.items()]


def _page(title: str, names: Sequence[str], current: str | None, body: str) -> str:
    links = [('index.html', 'all', current is None), *((f'{name}.html', name, name == current) for name in names)]
    nav = ''.join(f'<a href="{href}"{" aria-current=page" if here else ""}>{text}</a>' for href, text, here in links)
    return f'''<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)} - leaderboard</title>
<link rel="stylesheet" href="board.css">
</head>
<body>
<nav aria-label="Benchmarks">{nav}</nav>
<main>
<h1>{html.escape(title)}</h1>
{body}
</main>
<script src="board.js"></script>
</body>
</html>
'''


def _overview(board: Mapping[str, Sequence[Row]]) -> str:
    rows = []
    splits = sorted({(name, row.split) for name, of_benchmark in board.items() for row in of_benchmark})
    for name, split in splits:
        card, cells, of_split = get_card(name), [], [row for row in board[name] if row.split == split]
        for status in (VERIFIED, BASELINE, REPORTED):
            known = [row for row in of_split if row.status == status and row.main_score is not None]
            best = max(known, key=lambda row: row.main_score, default=None)
            cells.append('' if best is None else f'{percent(best, card.main_metric)} <small>{html.escape(best.method)}</small>')
        rows.append(f'<tr><th scope="row"><a href="{name}.html#{split}">{html.escape(card.title)}</a></th><td>{split}</td>'
                    f'<td>{html.escape(card.main_metric)}</td>'
                    + ''.join(f'<td>{cell}</td>' for cell in cells) + f'<td class="number">{len(of_split)}</td></tr>')
    heads = '<th scope="col" class="name">benchmark</th>' + ''.join(
        f'<th scope="col">{head}</th>' for head in ('split', 'main metric', 'best verified', 'best baseline', 'best reported', 'rows'))
    return (f'<p>{_legend()}</p>\n<div class="scroll" tabindex="0" role="region" aria-label="Overview"><table><thead><tr>{heads}</tr></thead>'
            f'<tbody>{"".join(rows)}</tbody></table></div>')


def _legend() -> str:
    return ' '.join(f'<span class="badge {status}">{status}</span> {text}.' for status, text in _STATUS.items())


def _benchmark(name: str, rows: Sequence[Row]) -> str:
    card = get_card(name)
    parts = [f'<p class="protocol">{html.escape(card.protocol)}</p>', f'<p>{_legend()} Ranks are of rows scored here; they share one where a paired '
             'bootstrap over videos cannot tell them apart. ± is half the width of the 95 % interval.</p>']
    for split in sorted({row.split for row in rows}):
        of_split = [row for row in rows if row.split == split]
        parts.append(f'<h2>{html.escape(split)}</h2>\n{_controls(split)}\n{_table(name, split, of_split)}')
    return '\n'.join(parts)


def _controls(split: str) -> str:
    boxes = ''.join(f'<label><input type="checkbox" data-status="{status}" checked> {status}</label>' for status in _STATUS)
    return (f'<form class="controls" data-table="{split}"><label>filter <input type="search" placeholder="method, setting, paper"></label>'
            f'{boxes}<output aria-live="polite"></output></form>')


def _table(name: str, split: str, rows: Sequence[Row]) -> str:
    main, keys = get_card(name).main_metric, score_columns(name, rows)
    ends = [end for row in rows for end in (*row.intervals.get(main, ()), *([row.main_score] if row.main_score is not None else []))]
    low, high = min(ends, default=0.0), max(ends, default=100.0)
    heads = [('rank', 'number'), ('method', 'name'), (main, 'number'), *((key, 'number') for key in keys[1:]), ('status', ''), ('from', ''),
             ('samples', 'number')]
    head = ''.join(f'<th scope="col" class="{kind}"{" aria-sort=descending" if key == main else ""}>'
                   f'<button type="button" data-key="{html.escape(key)}">{html.escape(key).replace("/", "/<wbr>")}</button></th>' for key, kind in heads)
    body = ''.join(_row(standing, keys, low, high) for standing in rank_rows(rows))
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="Table of {html.escape(split)}"><table id="{split}"><thead><tr>{head}</tr>'
            f'</thead><tbody>{body}</tbody></table></div>')


def _row(standing: Standing, keys: Sequence[str], low: float, high: float) -> str:
    row = standing.row
    cells = [_number(standing.rank, str(standing.rank or '-')), f'<th scope="row">{_method(row)}</th>']
    for i, key in enumerate(keys):
        text = html.escape(percent(row, key))
        if width := half_width(row, key):
            ends = ' to '.join(f'{end:.2f}' for end in row.intervals[key])
            text += f' <small title="95 % interval: {ends}">{width}</small>'
        cells.append(_number(row.scores.get(key), text + (_bar(row, key, low, high) if i == 0 and key in row.scores else '')))
    cells += [f'<td><span class="badge {row.status}">{row.status}</span></td>', f'<td>{html.escape(origin(row))}</td>',
              _number(row.coverage.get('scored'), coverage(row))]
    return f'<tr data-status="{row.status}">{"".join(cells)}</tr>'


def _number(value: float | None, text: str) -> str:
    return f'<td class="number" data-value="{"" if value is None else repr(value)}">{text}</td>'


def _bar(row: Row, key: str, low: float, high: float) -> str:
    """The score on the axis of the table, with its interval: decoration, the numbers stand beside it."""
    def x(value: float) -> float:
        return round(4 + (_WIDTH - 8) * (value - low) / ((high - low) or 1), 1)

    whisker = ''
    if key in row.intervals:
        left, right = map(x, row.intervals[key])
        whisker = f'<line x1="{left}" x2="{right}" y1="8" y2="8"/>'
    return (f'<svg class="{row.status}" width="{_WIDTH}" height="{_HEIGHT}" aria-hidden="true"><line class="axis" x1="4" x2="{_WIDTH - 4}" y1="8" '
            f'y2="8"/>{whisker}<circle cx="{x(row.scores[key])}" cy="8" r="4"/></svg>')


def _method(row: Row) -> str:
    """Its name, and what else is known in a box that opens."""
    known = [(name, row.meta[name]) for name in _SHOWN_META if row.meta.get(name)]
    known += [(name, value) for name, value in row.meta.items() if name not in (*_SHOWN_META, 'source') and value]
    known += [(f'SHA-256 of {file}', digest) for file, digest in row.annotations.items()]
    known += [('SHA-256 of the submission', row.submission)] if row.submission else []
    # Whatever direction its letters run in, it ends here.
    name = f'<bdi>{html.escape(row.method)}</bdi>'
    if not known:
        return name
    settings = f' <small>{_value(row.meta["settings"])}</small>' if row.meta.get('settings') else ''
    items = ''.join(f'<dt>{html.escape(str(key))}</dt><dd>{_value(value)}</dd>' for key, value in known)
    return f'<details><summary>{name}{settings}</summary><dl>{items}</dl></details>'


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = html.escape(text[:2000])
    if re.fullmatch(r'https?://[^\s"<>]+', text):
        return f'<a href="{html.escape(text)}" rel="noopener noreferrer nofollow">{shown}</a>'
    return shown
