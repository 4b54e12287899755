"""fill_cache: decode every clip once before training starts."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from avreg.registry import DATASETS

from .bad_media import BadMedia
from .cores import available_cores
from .transforms import Cached


def fill_cache(datasets: Sequence[dict], workers: int | None = None) -> int:
    """Make the missing entries of all datasets whose pipeline starts with Cached, with a progress bar.

    Each would be made when its clip is first drawn, too, but by a worker that takes the core from the model again and again.
    Clips with bad media are left to ``on_bad_media`` of their dataset.

    Args:
        datasets: configs of datasets of clips.
        workers: processes; None = one a CPU core.

    Returns:
        how many entries were missing.
    """
    missing = _Missing(DATASETS.build(dict(config)) for config in datasets)
    if len(missing):
        loader = DataLoader(missing, batch_size=8, num_workers=workers or available_cores(), collate_fn=len)
        with tqdm(total=len(missing), desc='reading clips', unit='clip', mininterval=0.5) as progress:
            for made in loader:
                progress.update(made)
    return len(missing)


class _Missing(Dataset):
    """Entries that are not there; item i makes the i-th."""

    def __init__(self, datasets: Iterable):
        entries = {}
        for dataset in datasets:
            first = next(iter(dataset.pipeline.transforms), None)
            if isinstance(first, Cached):
                for index in range(len(dataset)):
                    info = dataset.get_data_info(index)
                    try:
                        path = first.entry(info)
                    except BadMedia:
                        continue
                    if path not in entries and not path.exists():
                        entries[path] = first, info
        self._entries = list(entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> int:
        cached, info = self._entries[index]
        try:
            cached(info)
        except BadMedia:
            return 0
        return 1
