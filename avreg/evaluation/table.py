"""Metrics for people (a table) and for programs (a flat JSON file)."""
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

from avreg.atomic_write import write_text_atomically
from avreg.benchmarks import get_card, list_cards


def format_table(metrics: Mapping[str, float], baselines: Mapping[str, Mapping[str, float]] | None = None) -> str:
    """A table of ``metrics`` as text, in percent with two digits, a block for each benchmark, main metrics marked
    ``*``.

    Args:
        metrics: flat, as :class:`BenchmarkEvaluator` gives it: ``<benchmark>/<key>`` and ``score``.
        baselines: a further column each: name -> the same metrics, or some of them.

    Raises:
        ValueError: no metric at all.
    """
    if not metrics:
        raise ValueError('there are no metrics to show')
    known = {card.name for card in list_cards()}
    columns = [metrics, *(baselines or {}).values()]
    blocks: dict[str, list[tuple[str, ...]]] = {}
    for name in metrics:
        benchmark, _, key = name.partition('/')
        if benchmark not in known:
            benchmark, key = '', name
        marked = f'{key} *' if benchmark and key == get_card(benchmark).main_metric else key
        values = [f'{column[name]:.2f}' if name in column else '' for column in columns]
        blocks.setdefault(benchmark, []).append((marked, *values))
    # What belongs to no benchmark (the score over all) comes last.
    blocks = {**{name: rows for name, rows in blocks.items() if name}, **({'': blocks['']} if '' in blocks else {})}
    heading = ('benchmark', 'metric', '%', *(baselines or {}))
    rows = [[(name if i == 0 else '', *row) for i, row in enumerate(of_benchmark)] for name, of_benchmark in blocks.items()]
    widths = [max(map(len, column)) for column in zip(heading, *(row for of_benchmark in rows for row in of_benchmark))]
    rule = '+' + ''.join(f'-{"-" * width}-+' for width in widths)

    def line(cells: tuple[str, ...]) -> str:
        # Names to the left, numbers to the right.
        return '|' + ''.join(f' {cell:{"<" if i < 2 else ">"}{width}} |' for i, (cell, width) in enumerate(zip(cells, widths)))

    lines = [rule, line(heading), rule]
    for of_benchmark in rows:
        lines += [*map(line, of_benchmark), rule]
    return '\n'.join([*lines, '* main metric, enters the score'])


def write_metrics(path: str | os.PathLike, metrics: Mapping[str, float]) -> Path:
    """Write ``metrics`` as one flat JSON object of unrounded floats, atomically. Gives the path.

    Raises:
        ValueError: a value is not a finite number.
    """
    bad = {key: value for key, value in metrics.items() if not math.isfinite(value)}
    if bad:
        raise ValueError(f'metrics that are not finite numbers are not written to {path}: {bad}')
    plain = {key: float(value) for key, value in metrics.items()}
    return write_text_atomically(path, json.dumps(plain, indent=1) + '\n')
