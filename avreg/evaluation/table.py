"""Metrics for people (a table) and for programs (a flat JSON file)."""
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

from avreg.benchmarks import get_card, list_cards

from .atomic_write import write_text_atomically


def format_table(metrics: Mapping[str, float]) -> str:
    """A table of ``metrics`` as text, in percent with two digits, a block for each benchmark, main metrics marked
    ``*``.

    ``metrics`` is flat, as :class:`BenchmarkEvaluator` gives it: ``<benchmark>/<key>`` and ``score``.

    Raises:
        ValueError: no metric at all.
    """
    if not metrics:
        raise ValueError('there are no metrics to show')
    known = {card.name for card in list_cards()}
    blocks: dict[str, list[tuple[str, str]]] = {}
    for name, value in metrics.items():
        benchmark, _, key = name.partition('/')
        if benchmark not in known:
            benchmark, key = '', name
        marked = f'{key} *' if benchmark and key == get_card(benchmark).main_metric else key
        blocks.setdefault(benchmark, []).append((marked, f'{value:.2f}'))
    # What belongs to no benchmark (the score over all) comes last.
    blocks = {**{name: rows for name, rows in blocks.items() if name}, **({'': blocks['']} if '' in blocks else {})}
    first = max([len('benchmark'), *map(len, blocks)])
    second = max(len('metric'), *(len(key) for rows in blocks.values() for key, _ in rows))
    third = max(len('%'), *(len(value) for rows in blocks.values() for _, value in rows))
    rule = f'+-{"-" * first}-+-{"-" * second}-+-{"-" * third}-+'
    lines = [rule, f'| {"benchmark":<{first}} | {"metric":<{second}} | {"%":>{third}} |', rule]
    for benchmark, rows in blocks.items():
        names = [benchmark] + [''] * (len(rows) - 1)
        for name, (key, value) in zip(names, rows):
            lines.append(f'| {name:<{first}} | {key:<{second}} | {value:>{third}} |')
        lines.append(rule)
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
