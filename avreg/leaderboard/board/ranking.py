"""Ranks that are shared where the data cannot tell two methods apart."""
from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from avreg.evaluation.bootstrap import interval

from .row import REPORTED, Row


@dataclasses.dataclass(frozen=True)
class Standing:
    """A row and its rank; None for a reported row, whose predictions nobody here has seen."""

    row: Row
    rank: int | None


def rank_rows(rows: Sequence[Row]) -> list[Standing]:
    """The rows of one split by main score, best first, those without it last.

    A row's rank is 1 and how many rows are surely better: the 95 % interval of the paired bootstrap difference lies above zero. So
    rows between which it cannot tell share a rank, and nobody is ranked below another one by chance.

    Raises:
        ValueError: scored rows with different resamples, which cannot be compared.
    """
    ordered = sorted(rows, key=lambda row: (row.main_score is None, -(row.main_score or 0), row.method.lower()))
    scored = [row for row in ordered if row.status != REPORTED]
    draws = {(row.resampled['seed'], len(row.resampled['scores'])) for row in scored}
    if len(draws) > 1:
        raise ValueError(f'rows of {scored[0].benchmark} come from different resamples, (seed, number): {sorted(draws)}; score them again')
    samples = [np.array(row.resampled['scores'], np.float64) for row in scored]
    ranks = {id(row): 1 + sum(interval(theirs - own, other.main_score - row.main_score)[0] > 0
                              for other, theirs in zip(scored, samples) if other is not row)
             for row, own in zip(scored, samples)}
    return [Standing(row, ranks.get(id(row))) for row in ordered]
