"""TaskSampler: hands dataset and seed to a batch sampler."""
from __future__ import annotations

from collections.abc import Iterator

from torch.utils.data import Dataset, Sampler

from avreg.errors import ConfigError
from avreg.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class TaskSampler(Sampler):
    """Carries what the batch samplers of avreg need through MMEngine's Runner, which gives dataset and seed to
    ``sampler`` and only that to ``batch_sampler``. As an iterator it is the plain order.

    Args:
        dataset: has ``benchmarks`` and ``ranges``.
        seed: of the draws; None lets the ranks agree on one.

    Raises:
        ConfigError: the dataset does not tell its benchmarks.
    """

    def __init__(self, dataset: Dataset, seed: int | None = None):
        if not (hasattr(dataset, 'benchmarks') and hasattr(dataset, 'ranges')):
            raise ConfigError('TaskSampler needs a dataset that tells `benchmarks` and `ranges`, as AVDataset and '
                              f'BenchmarkConcat do; got {type(dataset).__name__}')
        self.dataset, self.seed = dataset, seed

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.dataset)))

    def __len__(self) -> int:
        return len(self.dataset)
