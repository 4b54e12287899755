"""What the data doctor found, for people (a table, a list) and for programs (JSON)."""
from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path

from avreg.atomic_write import write_text_atomically
from avreg.datasets.clip_check import PROBLEMS

from .data_doctor import SplitExamination

_HEADING = ('split', 'samples', 'present', 'share', 'videos', *PROBLEMS, 'coverage hash')


def format_examination(examinations: Sequence[SplitExamination]) -> str:
    """A Markdown table, a row a split, and below it why a split cannot be read."""
    rows, below = [], []
    for found in examinations:
        if found.unreadable:
            rows.append([found.split, *['-'] * (len(_HEADING) - 1)])
            below.append(f'{found.split}: {found.unreadable}')
            continue
        present, of = found.coverage['present'], found.coverage['of']
        counts = [str(len(found.problems[kind])) for kind in PROBLEMS]
        rows.append([found.split, str(of), str(present), f'{100 * present / of:.1f} %', str(found.videos), *counts, found.coverage['ids'][:16]])
    widths = [max(map(len, column)) for column in zip(_HEADING, *rows)]

    def line(cells: Sequence[str]) -> str:
        # Names to the left, numbers to the right.
        return '| ' + ' | '.join(f'{cell:{">" if 0 < i < len(cells) - 1 else "<"}{width}}' for i, (cell, width) in enumerate(zip(cells, widths))) + ' |'

    rule = '| ' + ' | '.join('-' * width for width in widths) + ' |'
    return '\n'.join([line(_HEADING), rule, *map(line, rows), *below])


def write_examination(path: str | os.PathLike, benchmark: str, data_root: str | os.PathLike, examinations: Sequence[SplitExamination]) -> Path:
    """Write everything, atomically: as JSON if ``path`` ends so, else as text, a line a problem: split, kind, video and reason, separated by
    tabs. Gives the path."""
    if Path(path).suffix == '.json':
        splits = {found.split: {name: value for name, value in dataclasses.asdict(found).items() if name != 'split' and value not in ('', {}, [])}
                  for found in examinations}
        content = dict(benchmark=benchmark, data_root=os.path.abspath(data_root), splits=splits)
        return write_text_atomically(path, json.dumps(content, indent=1, ensure_ascii=False) + '\n')
    lines = [f'# {benchmark} in {os.path.abspath(data_root)}']
    for found in examinations:
        if found.unreadable:
            lines.append(f'# {found.split}: {found.unreadable}')
            continue
        lines.append(f"# {found.split}: {found.coverage['present']} of {found.coverage['of']} samples, coverage hash {found.coverage['ids']}")
        lines += [f'{found.split}\t{kind}\t{video}\t{reason}' for kind in PROBLEMS for video, reason in found.problems[kind].items()]
    return write_text_atomically(path, '\n'.join(lines) + '\n')
