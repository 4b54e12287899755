"""Data doctor: which of a benchmark's official samples a folder holds, and what is wrong with the others."""
from __future__ import annotations

import dataclasses
import os
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from avreg.benchmarks import get_card
from avreg.datasets import AVDataset
from avreg.datasets.clip_check import CORRUPT, MISSING, PROBLEMS, check_clip
from avreg.datasets.cores import available_cores
from avreg.errors import ConfigError, did_you_mean
from avreg.leaderboard.coverage import coverage
from avreg.registry import DATASETS


@dataclasses.dataclass(frozen=True)
class SplitExamination:
    """What is there of a split.

    Args:
        split: its name.
        unreadable: why its annotations cannot be read; everything else is empty then.
        videos: how many it has; several samples (questions) may share one.
        problems: kind of problem -> id of the video -> reason.
        coverage: ``present`` of how many samples (``of``), and the hash over their ``ids``: samples whose media are neither missing nor
            corrupt.
        notes: known flaws of the annotation files.
    """

    split: str
    unreadable: str = ''
    videos: int = 0
    problems: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    coverage: Mapping[str, int | str] = dataclasses.field(default_factory=dict)
    notes: Sequence[str] = ()


def examinable_benchmarks() -> dict[str, type[AVDataset]]:
    """Benchmark -> its dataset, plugins' too."""
    DATASETS.import_from_location()
    found = [cls for cls in DATASETS.module_dict.values() if issubclass(cls, AVDataset) and hasattr(cls, 'benchmark')]
    return {cls.benchmark: cls for cls in sorted(found, key=lambda cls: cls.benchmark)}


def examine(benchmark: str, data_root: str | os.PathLike, splits: Sequence[str] | None = None, options: Mapping[str, Any] | None = None,
            decode: bool = True, workers: int | None = None, progress: bool = False) -> list[SplitExamination]:
    """Compare a folder with the annotations that lie in it, and read every clip that is there.

    Args:
        benchmark: name of the benchmark.
        data_root: folder of its download.
        splits: those to examine; all unless given.
        options: further arguments of its dataset, as ``release`` of MUSIC-AVQA or ``features``.
        decode: read the media; False looks only whether the files are there.
        workers: processes that read; None = one a core.
        progress: show a bar.

    Raises:
        ValueError: unknown benchmark, split or option.
        FileNotFoundError: no such folder.
    """
    datasets = examinable_benchmarks()
    if benchmark not in datasets:
        raise ValueError(f'{benchmark!r} is not a benchmark that has a dataset{did_you_mean(benchmark, datasets)}')
    known = get_card(benchmark).splits
    for split in splits or ():
        if split not in known:
            raise ValueError(f'{split!r} is not a split of {benchmark}{did_you_mean(split, known)}')
    if not os.path.isdir(data_root):
        raise FileNotFoundError(f'there is no folder {os.path.abspath(data_root)}')
    # What is missing, and why a split cannot be read, by split; then all clips that are there are read side by side.
    found = {split: _list_samples(datasets[benchmark], data_root, split, options or {}) for split in splits or known}
    media = {_media_key(info): info for listed in found.values() if not isinstance(listed, str) for info in listed.samples
             if info['video_id'] not in listed.missing}
    read = dict(zip(media, _read_all(list(media.values()), workers, progress))) if decode else {}
    return [SplitExamination(split, unreadable=listed) if isinstance(listed, str) else _examined(split, listed, read)
            for split, listed in found.items()]


@dataclasses.dataclass(frozen=True)
class _Listed:
    """The samples of a split, the videos that are missing with the file, and the warnings of the dataset."""

    samples: list[dict]
    missing: dict[str, str]
    notes: list[str]


def _list_samples(cls: type[AVDataset], data_root: str | os.PathLike, split: str, options: Mapping[str, Any]) -> _Listed | str:
    """What the annotations list, or why they cannot be read."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            dataset = DATASETS.build(dict(options, type=cls, data_root=str(data_root), split=split, check_media=False))
        except ConfigError:
            raise
        except (FileNotFoundError, ValueError) as problem:
            return str(problem)
        samples = [dataset.get_data_info(i) for i in range(len(dataset))]
        dataset.check_media = True
        try:
            missing = dataset.find_media(samples)
        except FileNotFoundError as problem:
            # No folder at all.
            missing = {info['video_id']: str(problem) for info in samples}
    return _Listed(samples, missing, [str(warning.message) for warning in caught])


def _examined(split: str, listed: _Listed, read: Mapping[Any, Mapping[str, str]]) -> SplitExamination:
    problems: dict[str, dict[str, str]] = {kind: {} for kind in PROBLEMS}
    problems[MISSING].update(listed.missing)
    for info in listed.samples:
        for kind, reason in read.get(_media_key(info), {}).items():
            problems[kind][info['video_id']] = reason
    absent = {*problems[MISSING], *problems[CORRUPT]}
    present = [info['sample_id'] for info in listed.samples if info['video_id'] not in absent]
    return SplitExamination(split, videos=len({info['video_id'] for info in listed.samples}), problems=problems,
                            coverage=coverage(present, len(listed.samples), 'present'), notes=listed.notes)


def _media_key(info: dict) -> tuple:
    """The files of a sample: questions share them, and splits may."""
    features = tuple(map(str, info.get('feature_paths', {}).values()))
    return info['video_path'], info['audio_path'], features, tuple(info.get('mask_paths', {}).values()), info['num_segments']


def _read_all(infos: list[dict], workers: int | None, progress: bool) -> list[dict[str, str]]:
    """:func:`check_clip` of each, in order."""
    loader = DataLoader(_Clips(infos), batch_size=4, num_workers=available_cores() if workers is None else workers, collate_fn=list)
    found: list[dict[str, str]] = []
    counts: Counter[str] = Counter()
    with tqdm(total=len(infos), desc='reading clips', unit='clip', disable=not progress) as bar:
        for results in loader:
            found += results
            bar.update(len(results))
            counts.update(kind for problems in results for kind in problems)
            bar.set_postfix(counts)
    return found


class _Clips(Dataset):
    """Item i is what is wrong with the i-th clip."""

    def __init__(self, infos: list[dict]):
        self._infos = infos

    def __len__(self) -> int:
        return len(self._infos)

    def __getitem__(self, index: int) -> dict[str, str]:
        return check_clip(self._infos[index])
