"""AVMetric: what every metric of avreg shares, from collecting over ranks to checking that nothing is missing."""
from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric

from ..bootstrap import weighted_means
from ..collection import Entry, compute_on_main, gather_entries


class AVMetric(BaseMetric):
    """Base of the metrics. A subclass says what it keeps of a sample (:meth:`to_entry`) and how entries become numbers
    (:meth:`compute_metrics`); both are free of anything distributed.

    Unlike MMEngine's collection, which cuts the padded tail by length, this one goes by sample id and sorts: with two
    ranks the numbers are those of one rank, to the last digit. It needs ``sample_id`` to differ between the samples of
    a split.

    Args:
        benchmark: name of the benchmark, which also becomes the prefix of the keys; a subclass for one benchmark sets
            it as class attribute.

    Raises:
        ValueError: no benchmark is known.
    """

    benchmark: str | None = None
    # Numbers are all that comes of it; a metric that writes files says False.
    only_scores: bool = True

    def __init__(self, benchmark: str | None = None) -> None:
        self.benchmark = benchmark or self.benchmark
        if self.benchmark is None:
            raise ValueError(f"{type(self).__name__} does not know its benchmark: give it one, e.g. benchmark='ave'")
        super().__init__(prefix=self.benchmark)

    @abstractmethod
    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """What to keep of one predicted sample (an AVDataSample as a dict). Small: it travels to all ranks."""

    @abstractmethod
    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """Numbers of the whole split. ``results``: one entry a sample, sorted by id; called on rank 0 only."""

    def trivial_scores(self, results: list[Entry]) -> dict[str, dict[str, float]]:
        """What predictions that look at nothing would score: name of such a prediction -> numbers as of
        :meth:`compute_metrics`. They stand beside the model's in the printed table. None unless a subclass has some.
        """
        return {}

    def asides(self, results: list[Entry]) -> dict[str, float]:
        """Numbers that other authors report under the same names, for people who compare; they enter no score. None unless a
        subclass has some.
        """
        return {}

    def sample_scores(self, results: list[Entry]) -> dict[str, np.ndarray]:
        """What each sample contributes to those numbers of :meth:`compute_metrics` that are means over samples: key -> float64[N] in
        percent, NaN where a sample takes no part. None unless a subclass has some.
        """
        return {}

    def resampled_scores(self, results: list[Entry], counts: np.ndarray) -> dict[str, np.ndarray]:
        """The numbers had entry n come ``counts[r, n]`` times: key -> float64[R]. A number that cannot be had so is left out.

        Means over samples come from :meth:`sample_scores`; where there are none everything is computed anew for every resample, which
        is right but slow.

        Args:
            results: N entries.
            counts: int[R, N] (:func:`avreg.evaluation.bootstrap.resample_counts`).
        """
        values = self.sample_scores(results)
        if values:
            return {key: weighted_means(value, counts) for key, value in values.items()}
        scores = [self.compute_metrics([results[i] for i in np.repeat(np.arange(len(results)), of_sample)]) for of_sample in counts]
        return {key: np.array([score[key] for score in scores]) for key in scores[0]}

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep the entries of one batch of predicted samples.

        Raises:
            ValueError: a sample lacks a field, or a field has the wrong shape.
        """
        self.results.extend(self.to_entry(sample) for sample in data_samples)

    def collect(self) -> list[Entry]:
        """The entries of all ranks, without duplicates, sorted; forgets the own ones. Every rank must call it.

        Raises:
            ValueError: two different samples share an id.
        """
        mine, self.results = self.results, []
        return gather_entries(mine, self.benchmark)

    def score(self, entries: list[Entry]) -> dict[str, float]:
        """:meth:`compute_metrics` under ``<benchmark>/<key>``."""
        return {f'{self.prefix}/{key}': value for key, value in self.compute_metrics(entries).items()}

    def evaluate(self, size: int) -> dict[str, float]:
        """Numbers of the whole split, the same on every rank.

        Args:
            size: how many samples the split has.

        Raises:
            ValueError: not exactly ``size`` different samples were processed.
        """
        entries = self.collect()
        check_size(len(entries), size, self.benchmark)
        return compute_on_main(lambda: self.score(entries))

    def sample_id(self, sample: dict[str, Any]) -> str | int:
        """The id of ``sample`` as plain ``str`` or ``int``.

        Raises:
            ValueError: there is none, or it is of another type.
        """
        sample_id = sample.get('sample_id')
        if isinstance(sample_id, Integral) and not isinstance(sample_id, bool):
            return int(sample_id)
        if isinstance(sample_id, str):
            return sample_id
        raise ValueError(f'a sample of {self.benchmark} has sample_id {sample_id!r}; {type(self).__name__} needs a '
                         'str or an int, set as meta information by the packing transform')

    def array(self, sample: dict[str, Any], field: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
        """Field ``field`` of ``sample`` as numpy array, of any shape unless ``shape`` is given.

        Raises:
            ValueError: the field is missing or has another shape.
        """
        if field not in sample:
            cure = ('was the dataset built for training, without dense annotations?' if field.startswith('gt_')
                    else 'the head must set it in predict()')
            raise ValueError(f'sample {sample.get("sample_id")!r} of {self.benchmark} has no {field!r}, which '
                             f'{type(self).__name__} needs; {cure}')
        value = sample[field]
        if isinstance(value, torch.Tensor):
            # NumPy has no bf16.
            value = (value.float() if value.dtype is torch.bfloat16 else value).detach().cpu().numpy()
        value = np.asarray(value)
        if shape is not None and value.shape != shape:
            raise ValueError(f'{field} of sample {sample.get("sample_id")!r} of {self.benchmark} has shape '
                             f'{list(value.shape)}, wanted {list(shape)}')
        return value

    @contextmanager
    def naming(self, sample: dict[str, Any]) -> Iterator[None]:
        """Inside, an error of a pure function, which knows arrays only, says which sample it is about.

        Raises:
            ValueError: as said.
        """
        try:
            yield
        except ValueError as error:
            raise ValueError(f'sample {sample.get("sample_id")!r} of {self.benchmark}: {error}') from error


def check_size(found: int, size: int, what: str) -> None:
    """A part is never scored as the whole.

    Raises:
        ValueError: ``found`` differs from ``size``.
    """
    if found != size:
        raise ValueError(f'{found} different samples of {what} were evaluated, but the split has {size}; a part is '
                         'not scored as the whole. Check that the dataset gives every sample its own sample_id and '
                         'that the loader drops none (drop_last)')
