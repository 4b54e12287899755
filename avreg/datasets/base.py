"""AVDataset: what the dataset of every benchmark shares."""
from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.dist import is_main_process

from avreg.benchmarks import get_card
from avreg.errors import ConfigError, did_you_mean, nearest
from avreg.passport import check_steps, note_if_absent, read_passport
from avreg.registry import TRANSFORMS

from .bad_media import BadMedia, BadMediaLimit, BadMediaLog, bad_sample
from .hdf5_features import HDF5Row, is_hdf5, read_hdf5_passport

VIDEO_SUFFIXES = ('.mp4', '.mkv', '.webm', '.avi', '.mov')
AUDIO_SUFFIXES = ('.wav', '.mp3', '.flac', '.m4a')
# Kinds of feature files: named by the clip, or by the question.
_CLIP_FEATURES, _QUESTION_FEATURES = ('audio', 'visual', 'patches'), ('text', 'prompt')


class AVDataset(BaseDataset):
    """Reads the official files of one benchmark and gives one dict a sample.

    A subclass names its ``benchmark`` (the card), its ``layout`` (what lies in ``data_root``, for the error message)
    and ``default_media``, and writes :meth:`load_samples`; also :meth:`set_paths`, where a clip is more than a video and
    perhaps a sound file.

    The dict that enters the pipeline holds ``benchmark``, ``split``, ``sample_id`` (unique in the split: the official
    id, and ``id#2`` where a file repeats it), ``video_id``, ``video_path``, ``audio_path``, ``num_segments``, the
    annotations of the benchmark, and ``rng``, the only source of random numbers of transforms.

    Args:
        data_root: folder of the official download, or of AVWorld's copy of its layout.
        split: 'train', 'val' or 'test'.
        pipeline: transforms, as configs or callables.
        ann_file: annotation file of the split instead of the official one; relative to ``data_root`` or absolute.
        media_prefix: ``video``: folder or folders of videos below ``data_root``; ``audio``: folder of separate sound
            files, if the sound is not to be taken from the videos; some benchmarks have further kinds.
        features: kind -> folder below ``data_root`` with one ``.npy`` file a clip ('audio', 'visual', 'patches') or a question ('text',
            'prompt'), named by its id, or, of AVE and AVQA, HDF5 file of all clips; the pipeline then begins with LoadFeatures, and no
            media are looked for. Their passports (tools/extract_features.py writes them) must agree; a folder or file without one, as
            of an official download, is taken as it is.
        num_segments: seconds of a clip (the most seconds, where clips differ in length); the benchmark's own unless
            given.
        on_bad_media: 'skip' replaces a sample whose media are bad by another one, counts and lists it; 'error' stops.
            Unless given, 'skip' in training and 'error' otherwise.
        bad_media_limit: share of a split's videos that may be bad before 'skip' stops the run.
        check_media: compare the annotations with the media folders when loading; False to read annotations alone.
        indices: only these samples (a list), or the first so many (a number).
        test_mode: MMEngine's flag; True for every split but 'train' unless given.
        lazy_init: read nothing before :meth:`full_init`.

    Raises:
        FileNotFoundError: a folder or annotation file is not there; says what is expected and how to get it.
        ValueError: unknown split or option, malformed annotation (file and line), media missing from a split that must
            be whole.
    """

    benchmark: str
    layout: str
    default_media: dict[str, tuple[str, ...]]
    # Kind of media -> what its files end in; the first is named where a file is missing.
    suffixes = dict(video=VIDEO_SUFFIXES, audio=AUDIO_SUFFIXES)
    # True where a shorter clip is shorter, not cut off: its annotations do not count seconds.
    flexible_length = False
    # False where sounds lie beside what is seen, so that media_prefix can name no folder of theirs.
    separate_sounds = True

    def __init__(self,
                 data_root: str,
                 split: str = 'train',
                 pipeline: Sequence[dict] = (),
                 ann_file: str | None = None,
                 media_prefix: Mapping[str, str | Sequence[str]] | None = None,
                 features: Mapping[str, str] | None = None,
                 num_segments: int | None = None,
                 on_bad_media: str | None = None,
                 bad_media_limit: float = 0.01,
                 check_media: bool = True,
                 indices: int | Sequence[int] | None = None,
                 test_mode: bool | None = None,
                 lazy_init: bool = False):
        self.card = get_card(self.benchmark)
        name = type(self).__name__
        self.split = check_choice(f'{name}.split', split, self.card.splits)
        training = split == 'train'
        on_bad_media = on_bad_media or ('skip' if training else 'error')
        self.on_bad_media = check_choice(f'{name}.on_bad_media', on_bad_media, ('skip', 'error'))
        self.bad_media_limit = bad_media_limit
        self.check_media = check_media
        self.media_prefix = {**self.default_media, **(media_prefix or {})}
        for key in self.media_prefix:
            check_choice(f'{name}.media_prefix', key, tuple({'video': None, **({'audio': None} if self.separate_sounds else {}), **self.default_media}))
        self.features = dict(features or {})
        for kind in self.features:
            check_choice(f'{name}.features', kind, (*_CLIP_FEATURES, *_QUESTION_FEATURES))
        self.num_segments = num_segments or self.card.num_segments
        self.missing: dict[str, str] = {}
        self._passports: dict[str, dict | None] = {}
        self.annotation_files: list[Path] = []
        self.bad_media = BadMediaLog(self.benchmark, split)
        self._subset = indices
        # Everything about paths is done here, with errors that help; the base class is given none.
        super().__init__(
            ann_file='',
            data_root='',
            data_prefix={},
            pipeline=[TRANSFORMS.build(step) if isinstance(step, dict) else step for step in pipeline],
            test_mode=not training if test_mode is None else test_mode,
            lazy_init=True)
        # Not through its argument, which takes every string for the name of a file.
        self._metainfo = dict(benchmark=self.benchmark, split=split, classes=self.card.labels)
        self.data_root = Path(data_root).expanduser()
        self.ann_file = ann_file
        if not lazy_init:
            self.full_init()

    def load_samples(self) -> list[dict]:
        """Read the annotations: ``sample_id``, ``video_id`` and the benchmark's fields, in the order of the file."""
        raise NotImplementedError

    @property
    def benchmarks(self) -> list[str]:
        """Names of the benchmarks in this dataset: one."""
        return [self.benchmark]

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """For each of ``benchmarks`` its indices, as a half-open range."""
        return [(0, len(self))]

    @property
    def clip_numbers(self) -> np.ndarray:
        """int64[len(self)]: which clip each sample is about, numbered by first appearance; questions share clips."""
        return self._clip_numbers

    @property
    def feature_passports(self) -> dict[str, dict[str, dict | None]]:
        """The benchmark -> kind of features -> passport of its folder, None where there is none; empty if media are read."""
        return {self.benchmark: self._passports} if self._passports else {}

    def load_data_list(self) -> list[dict]:
        """The samples with their media; :attr:`missing` holds the id of every video that is not there, and its file.

        Raises:
            FileNotFoundError: there is no ``data_root``, or a folder or file in it is not there.
            ValueError: a malformed annotation, no sample, or more media missing than the split may lack.
        """
        if not self.data_root.is_dir():
            raise FileNotFoundError(
                f'{type(self).__name__}: there is no folder {self.data_root.absolute()} (config key `data_root`, given '
                f'as {str(self.data_root)!r}). Expected in it: {self.layout}. {self._cure()}')
        samples = self.load_samples()
        if self._subset is not None:
            positions = range(min(self._subset, len(samples))) if isinstance(self._subset, int) else self._subset
            samples = [samples[i] for i in positions]
        if not samples:
            raise ValueError(f'{type(self).__name__}: no sample for split {self.split!r} in '
                             f'{self.data_root.absolute()}')
        number: dict[str | int, int] = {}
        for sample in samples:
            count = number[sample['sample_id']] = number.get(sample['sample_id'], 0) + 1
            if count > 1:
                sample['sample_id'] = f"{sample['sample_id']}#{count}"
            sample.setdefault('num_segments', self.num_segments)
            sample.update(benchmark=self.benchmark, split=self.split, flexible_length=self.flexible_length)
        self._add_media(samples)
        return samples

    def get_data_info(self, idx: int) -> dict:
        """Sample ``idx`` before the pipeline; ``sample_idx`` is its position, for metrics that depend on the order."""
        return super().get_data_info(int(idx))

    def __getitem__(self, idx: int) -> Any:
        """Sample ``idx`` after the pipeline. Its random numbers come from ``idx.seed`` if it is a DrawIndex, else from
        the index. A sample with bad media is replaced by another one that the same seed determines.

        Raises:
            BadMedia: under ``on_bad_media='error'``; names benchmark, split, id and file.
            BadMediaLimit: too many bad files.
        """
        if not self._fully_initialized:
            self.full_init()
        seed = getattr(idx, 'seed', (0, int(idx)))
        position = int(idx)
        for attempt in range(self.max_refetch):
            info = self.get_data_info(position)
            # A replacement starts anew: what the failed attempt has drawn must not show.
            info['rng'] = np.random.default_rng(seed)
            try:
                return self.pipeline(dict(info))
            except BadMedia as problem:
                if self.on_bad_media == 'error':
                    raise bad_sample(info, problem) from problem
                self._skip(info, problem)
            position = int(np.random.default_rng((*seed, attempt + 1)).integers(len(self)))
        raise BadMediaLimit(f'{self.benchmark} {self.split}: {self.max_refetch} samples drawn in a row have bad media')

    def set_bad_media_log(self, path: str | os.PathLike) -> None:
        """List bad media in this file from now on (JSON, one a line); the main process lists those that are missing.

        Call it before workers start.
        """
        self.bad_media.path = Path(path)
        self.bad_media.ids -= set(self.missing)
        if is_main_process():
            self.bad_media.path.parent.mkdir(parents=True, exist_ok=True)
            for video_id, file in self.missing.items():
                self.bad_media.add(video_id, video_id, file, 'missing')
        self.bad_media.ids |= set(self.missing)

    def find_file(self, *candidates: str, purpose: str = 'annotation file') -> Path:
        """The first of ``candidates`` (relative to ``data_root``) that exists; :attr:`annotation_files` lists what was found so.

        Raises:
            FileNotFoundError: none does; names the nearest files that are there.
        """
        for candidate in candidates:
            path = self.data_root / candidate
            if path.is_file():
                self.annotation_files.append(path)
                return path
        there = sorted(str(p.relative_to(self.data_root)) for pattern in ('*.*', '*/*.json', '*/*.csv', '*/*.txt')
                       for p in self.data_root.glob(pattern) if p.is_file())
        near = nearest(candidates[0], there)
        hint = f"; nearest there: {', '.join(near)}" if near else ''
        raise FileNotFoundError(
            f'{type(self).__name__}: the {purpose} of split {self.split!r} is not in {self.data_root.absolute()}: '
            f"looked for {' or '.join(candidates)}{hint}. Expected: {self.layout}. {self._cure()}")

    def warn(self, message: str) -> None:
        """Tell about a known flaw of an official file that changes nothing but should be known."""
        warnings.warn(f'{self.benchmark}: {message}', stacklevel=2)

    def _cure(self) -> str:
        """How to come by the data."""
        return (f'For the embedded data run `python tools/make_avworld.py`; for the real {self.card.title} unpack the '
                'official download and set `data_root` to its folder.')

    def _folders(self, kind: str) -> list[Path]:
        """Existing media folders of a kind.

        Raises:
            FileNotFoundError: none exists.
        """
        names = self.media_prefix[kind]
        names = [names] if isinstance(names, str) else list(names)
        folders = [self.data_root / name for name in names if (self.data_root / name).is_dir()]
        if not folders:
            looked = ' or '.join(str((self.data_root / name).absolute()) for name in names)
            raise FileNotFoundError(
                f'{type(self).__name__}: no {kind} folder: looked for {looked} (config key `media_prefix`). Expected '
                f'in `data_root`: {self.layout}. {self._cure()}')
        return folders

    def _list_media(self, kind: str) -> dict[str, str]:
        """Stem -> path of all media files of a kind, by one directory scan a folder."""
        found: dict[str, str] = {}
        for folder in self._folders(kind):
            with os.scandir(folder) as entries:
                for entry in entries:
                    stem, suffix = os.path.splitext(entry.name)
                    if suffix.lower() in self.suffixes[kind]:
                        found.setdefault(stem, entry.path)
        return found

    def find_media(self, samples: list[dict]) -> dict[str, str]:
        """Set the paths of the media, or of the features that take their place; gives what :meth:`set_paths` gives."""
        return self._set_feature_paths(samples) if self.features else self.set_paths(samples)

    def set_paths(self, samples: list[dict]) -> dict[str, str]:
        """Set ``video_path`` and ``audio_path``, by a scan of the folders under ``check_media``, else by rule.

        Returns:
            ``video_id`` -> file of the media that are not there; empty without ``check_media``.
        """
        separate = 'audio' in self.media_prefix
        videos = self._list_media('video') if self.check_media else {}
        sounds = self._list_media('audio') if self.check_media and separate else videos
        missing: dict[str, str] = {}
        for key, kind, found in (('audio_path', 'audio' if separate else 'video', sounds), ('video_path', 'video', videos)):
            folder, suffix = self._default_folder(kind), self.suffixes[kind][0]
            for sample in samples:
                video_id = sample['video_id']
                sample[key] = found.get(video_id, f'{folder}/{video_id}{suffix}')
                if self.check_media and video_id not in found:
                    missing[video_id] = sample[key]
        return missing

    def set_passports(self, folders: Mapping[str, tuple[Path, str]]) -> None:
        """Read the passports of the features.

        Args:
            folders: kind -> folder, and what the files' names have behind the id; or HDF5 file, and nothing.

        Raises:
            ConfigError: one is damaged, or the kinds are not of the same times.
        """
        self._passports = {kind: read_hdf5_passport(folder) if is_hdf5(folder) else read_passport(folder, suffix)
                           for kind, (folder, suffix) in folders.items()}
        note_if_absent({str(folder) if is_hdf5(folder) else f'{folder}/*{suffix}.npy': self._passports[kind]
                        for kind, (folder, suffix) in folders.items()})
        check_steps(self._passports, f'{self.benchmark} {self.split}')

    def hdf5_rows(self, kind: str, path: Path, samples: list[dict]) -> list[HDF5Row]:
        """What an HDF5 file of features holds about each sample, in the official layout of the benchmark.

        Raises:
            ConfigError: it has none.
            ValueError: the file is not in it; names what is there.
        """
        raise ConfigError(f'{type(self).__name__}.features.{kind}={path.name!r}: {self.benchmark} has no official HDF5 file of features; '
                          'give a folder of .npy files')

    def _set_feature_paths(self, samples: list[dict]) -> dict[str, str]:
        """Set ``feature_paths``; the media paths by rule, whether or not they exist.

        Returns:
            ``video_id`` -> feature file that is not there; empty without ``check_media``.

        Raises:
            FileNotFoundError: a folder, or an HDF5 file, is not there.
            ConfigError: features of questions, of a benchmark that asks none, or in an HDF5 file.
        """
        for kind, name in self.features.items():
            folder = self.data_root / name
            if is_hdf5(name) and not folder.is_file():
                there = sorted(str(p.relative_to(self.data_root)) for pattern in ('*', '*/*') for p in self.data_root.glob(pattern)
                               if is_hdf5(p))
                raise FileNotFoundError(f'{type(self).__name__}: no file {folder.absolute()} of {kind} features (config key '
                                        f'`features.{kind}`){did_you_mean(name, there)}')
            if is_hdf5(name) and kind in _QUESTION_FEATURES:
                raise ConfigError(f'{type(self).__name__}.features.{kind}={name!r}: features of questions are read from a folder of '
                                  '.npy files')
            if not is_hdf5(name) and not folder.is_dir():
                folders = (p for pattern in ('*', '*/*') for p in self.data_root.glob(pattern) if p.is_dir())
                there = sorted(str(p.relative_to(self.data_root)) for p in folders)
                raise FileNotFoundError(f'{type(self).__name__}: no folder {folder.absolute()} of {kind} features (config key '
                                        f'`features.{kind}`){did_you_mean(name, there)}. Expected in it: one .npy file a '
                                        f'{"question" if kind in _QUESTION_FEATURES else "clip"}, named by its id')
            if kind in _QUESTION_FEATURES and 'question_id' not in samples[0]:
                raise ConfigError(f'{type(self).__name__}.features.{kind}: features of questions, but {self.benchmark} asks none')
        self.set_passports({kind: (self.data_root / name, '') for kind, name in self.features.items()})
        rows = {kind: self.hdf5_rows(kind, self.data_root / name, samples) for kind, name in self.features.items() if is_hdf5(name)}
        folders = {kind: name for kind, name in self.features.items() if kind not in rows}
        there = {kind: set(os.listdir(self.data_root / name)) for kind, name in folders.items()} if self.check_media else {}
        video, missing = self._default_folder('video'), {}
        for number, sample in enumerate(samples):
            names = {kind: f"{sample['question_id' if kind in _QUESTION_FEATURES else 'video_id']}.npy" for kind in folders}
            sample['feature_paths'] = {kind: rows[kind][number] if kind in rows else f'{self.data_root}/{folders[kind]}/{names[kind]}'
                                       for kind in self.features}
            sample['video_path'] = sample['audio_path'] = f"{video}/{sample['video_id']}{self.suffixes['video'][0]}"
            for kind in self.features if self.check_media else ():
                if not rows[kind][number].present if kind in rows else names[kind] not in there[kind]:
                    missing[sample['video_id']] = str(sample['feature_paths'][kind])
        return missing

    def _add_media(self, samples: list[dict]) -> None:
        """Number the clips, set their paths, and judge what is missing."""
        distinct = dict.fromkeys(sample['video_id'] for sample in samples)
        ids = {video_id: number for number, video_id in enumerate(distinct)}
        self._clip_numbers = np.array([ids[sample['video_id']] for sample in samples], dtype=np.int64)
        self.num_videos = len(ids)
        self.missing = self.find_media(samples)
        self.bad_media.ids |= set(self.missing)
        if not self.missing:
            return
        folders = ', '.join(sorted({str(Path(file).parent.absolute()) for file in self.missing.values()}))
        first = ', '.join(list(self.missing)[:5]) + (', ...' if len(self.missing) > 5 else '')
        what = (f'{len(self.missing)} of {len(ids)} media files of {self.benchmark} {self.split} are not in {folders}: '
                f'{first} (the first lacks {next(iter(self.missing.values()))})')
        if self.on_bad_media == 'error':
            raise ValueError(f'{what}. A part is never scored as the whole: complete the folder, or give the samples '
                             'to use in `indices`')
        if len(self.missing) > self.bad_media_limit * len(ids):
            raise ValueError(f'{what}. That is more than bad_media_limit={self.bad_media_limit:g} of them; complete '
                             'the folder, or raise the limit of the training dataset')
        self.warn(f'{what}. They will be replaced by others in training')

    def _default_folder(self, kind: str) -> Path:
        """Where a media file would be expected: in the first folder that exists, else the first."""
        names = self.media_prefix[kind]
        folders = [self.data_root / name for name in ([names] if isinstance(names, str) else names)]
        return next((folder for folder in folders if folder.is_dir()), folders[0])

    def _skip(self, info: dict, problem: BadMedia) -> None:
        """Count and list a bad sample.

        Raises:
            BadMediaLimit: they have become too many.
        """
        first_time = info['video_id'] not in self.bad_media.ids
        count = self.bad_media.add(info['video_id'], info['sample_id'], info['video_path'], str(problem))
        if first_time:
            self.warn(f"{self.split} sample {info['sample_id']} is replaced: {problem}")
        if count > self.bad_media_limit * self.num_videos:
            listed = f'; all are listed in {self.bad_media.path}' if self.bad_media.path else ''
            first = ', '.join(sorted(self.bad_media.ids)[:5])
            raise BadMediaLimit(
                f'{self.benchmark} {self.split}: {count} of {self.num_videos} media files are bad ({first}), more than '
                f'bad_media_limit={self.bad_media_limit:g} of them; the last one: {problem}{listed}. Repair the files, '
                'or raise the limit of the training dataset')


def check_choice(name: str, value: str, choices: Sequence[str]) -> str:
    """``value`` if it is one of ``choices``.

    Raises:
        ConfigError: it is not; suggests the nearest.
    """
    if value not in choices:
        valid = ', '.join(map(repr, choices))
        raise ConfigError(f'{name}={value!r} is not one of {valid}{did_you_mean(value, choices)}')
    return value
