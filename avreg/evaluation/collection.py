"""Entries of all ranks, gathered, without duplicates, sorted: the same list whatever the number of ranks."""
from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from mmengine.dist import all_gather_object, broadcast_object_list, is_main_process


@dataclasses.dataclass(frozen=True)
class Entry:
    """What a metric keeps of one sample: small numpy arrays, no tensors.

    Args:
        sample_id: the sample's own id, different for every sample of the split.
        prediction: what the model said, by field.
        truth: what the annotations say, by field.
    """

    sample_id: str | int
    prediction: dict[str, Any]
    truth: dict[str, Any]


def gather_entries(entries: list[Entry], benchmark: str) -> list[Entry]:
    """The entries of all ranks, one a sample id, sorted by id; the same list on every rank.

    Distributed samplers repeat samples until every rank has equally many; the repeated ones are dropped here (the copy
    of the lowest rank stays). Works on gloo and NCCL.

    Raises:
        ValueError: two entries have one id but different truths, so they are two samples and not one sample twice.
    """
    unique: dict[str | int, Entry] = {}
    for entry in (entry for of_rank in all_gather_object(entries) for entry in of_rank):
        kept = unique.setdefault(entry.sample_id, entry)
        if not _same(kept.truth, entry.truth):
            raise ValueError(f'two samples of {benchmark} have the id {entry.sample_id!r} and different annotations; '
                             'the dataset must give every sample its own sample_id (<id>#2 where one repeats)')
    # Ids may be strings or integers: the type's name first makes any mixture sortable.
    return sorted(unique.values(), key=lambda entry: (type(entry.sample_id).__name__, entry.sample_id))


def compute_on_main(function: Callable[[], Any]) -> Any:
    """Call ``function`` on rank 0 and give its result on every rank. Its error is raised on every rank: none is left
    waiting.

    Raises:
        Exception: whatever ``function`` raised.
    """
    outcome = [None, None]
    if is_main_process():
        try:
            outcome[0] = function()
        except Exception as error:
            outcome[1] = error
    broadcast_object_list(outcome)
    if outcome[1] is not None:
        raise outcome[1]
    return outcome[0]


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(value, other[name]) for name, value in one.items())
