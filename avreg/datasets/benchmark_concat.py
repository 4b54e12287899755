"""BenchmarkConcat: several benchmarks as one dataset."""
from __future__ import annotations

import bisect
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from avreg.errors import ConfigError
from avreg.registry import DATASETS

from .draw_index import DrawIndex


@DATASETS.register_module()
class BenchmarkConcat(Dataset):
    """Puts the datasets of several benchmarks one after another. Unlike MMEngine's ConcatDataset it lets them differ in
    their labels, tells which indices belong to which benchmark, and hands a DrawIndex on with its seed.

    Args:
        datasets: configs or datasets, each of another benchmark.
        lazy_init: read nothing before :meth:`full_init`.

    Raises:
        ConfigError: no dataset, or two of the same benchmark.
    """

    def __init__(self, datasets: Sequence[dict | Dataset], lazy_init: bool = False):
        self.datasets = [DATASETS.build(dict(d, lazy_init=True)) if isinstance(d, dict) else d for d in datasets]
        names = self.benchmarks
        if not names or len(set(names)) < len(names):
            raise ConfigError(f'BenchmarkConcat takes one dataset for each of one or more benchmarks, got {names}')
        if not lazy_init:
            self.full_init()

    @property
    def benchmarks(self) -> list[str]:
        """Names of the benchmarks, in order."""
        return [dataset.benchmark for dataset in self.datasets]

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """For each benchmark its indices, as a half-open range."""
        return list(zip([0, *self._ends[:-1]], self._ends))

    @property
    def clip_numbers(self) -> np.ndarray:
        """int64[len(self)]: which clip each sample is about; clips of different benchmarks have different numbers."""
        numbers, first = [], 0
        for dataset in self.datasets:
            numbers.append(dataset.clip_numbers + first)
            first = int(numbers[-1].max()) + 1
        return np.concatenate(numbers)

    @property
    def metainfo(self) -> dict:
        """``benchmarks``: name -> meta information of its dataset."""
        return dict(benchmarks={dataset.benchmark: dataset.metainfo for dataset in self.datasets})

    @property
    def feature_passports(self) -> dict[str, dict[str, dict | None]]:
        """Benchmark -> kind of features -> passport, of those that read feature files."""
        return {name: passports for dataset in self.datasets for name, passports in dataset.feature_passports.items()}

    def full_init(self) -> None:
        """Read the annotations of all."""
        self._ends: list[int] = []
        for dataset in self.datasets:
            dataset.full_init()
            self._ends.append((self._ends[-1] if self._ends else 0) + len(dataset))

    def __len__(self) -> int:
        """Samples of all benchmarks."""
        return self._ends[-1]

    def _locate(self, idx: int) -> tuple[Any, int]:
        """Dataset of ``idx``, and the index there.

        Raises:
            IndexError: ``idx`` is outside.
        """
        if not 0 <= idx < len(self):
            raise IndexError(f'index {int(idx)} is outside the {len(self)} samples of {self.benchmarks}')
        which = bisect.bisect_right(self._ends, idx)
        start = self.ranges[which][0]
        return self.datasets[which], idx.rebase(start) if isinstance(idx, DrawIndex) else int(idx) - start

    def __getitem__(self, idx: int) -> Any:
        """Sample ``idx`` after the pipeline of its dataset."""
        dataset, inner = self._locate(idx)
        return dataset[inner]

    def get_data_info(self, idx: int) -> dict:
        """Sample ``idx`` before the pipeline."""
        dataset, inner = self._locate(idx)
        return dataset.get_data_info(inner)

    def set_bad_media_log(self, path: str | os.PathLike) -> None:
        """List bad media of all benchmarks in this file from now on."""
        for dataset in self.datasets:
            dataset.set_bad_media_log(path)
