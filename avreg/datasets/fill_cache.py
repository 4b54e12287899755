"""fill_cache: decode every clip once before training starts."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmengine.dist import get_dist_info
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from avreg.registry import DATASETS

from .bad_media import BadMedia, bad_sample
from .cores import available_cores
from .transforms import Cached


def fill_cache(datasets: Sequence[dict], workers: int | None = None) -> int:
    """Make the missing entries of all datasets whose pipeline starts with Cached, with a progress bar.

    Each would be made when its clip is first drawn, too, but by a worker that takes the core from the model again and again.
    Clips with bad media are left to datasets that skip them. The processes of a distributed run share the work.

    Args:
        datasets: configs of datasets of clips.
        workers: helpers of this process; None = its share of the CPU cores.

    Returns:
        how many entries of this process's share were missing.

    Raises:
        BadMedia: of a dataset that needs all of its clips (``on_bad_media='error'``): a test would stop there after the training.
    """
    rank, processes = get_dist_info()
    missing = _Missing((DATASETS.build(dict(config)) for config in datasets), rank, processes)
    if len(missing):
        workers = workers or max(1, available_cores() // processes)
        loader = DataLoader(missing, batch_size=8, num_workers=workers, collate_fn=list)
        with tqdm(total=len(missing), desc='reading clips', unit='clip', mininterval=0.5, disable=rank > 0) as progress:
            for problems in loader:
                if found := [problem for problem in problems if problem]:
                    raise BadMedia(found[0])
                progress.update(len(problems))
    return len(missing)


class _Missing(Dataset):
    """Entries of the share of a process that are not there; item i makes the i-th, and is what is wrong with its media if that matters."""

    def __init__(self, datasets: Iterable, rank: int, processes: int):
        entries = {}
        for dataset in datasets:
            first = next(iter(dataset.pipeline.transforms), None)
            if isinstance(first, Cached):
                for index in range(len(dataset)):
                    info = dataset.get_data_info(index)
                    try:
                        # The stricter of two datasets of one clip.
                        path = first.entry(info)
                        if path not in entries or dataset.on_bad_media == 'error':
                            entries[path] = (first, info, dataset.on_bad_media)
                    except BadMedia:
                        continue
        # Dealt out before looking: the others are at work already.
        share = list(entries.items())[rank::processes]
        self._entries = [entry for path, entry in share if not path.exists()]

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> str:
        cached, info, on_bad_media = self._entries[index]
        try:
            cached(info)
        except BadMedia as problem:
            # As a text: an exception in a helper would come with its traceback.
            return str(bad_sample(info, problem)) if on_bad_media == 'error' else ''
        return ''
