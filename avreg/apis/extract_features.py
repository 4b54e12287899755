"""extract_features: from videos to the feature files of a benchmark."""
from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from tqdm import tqdm

import avreg
from avreg.atomic_write import write_text_atomically
from avreg.datasets.base import AUDIO_SUFFIXES, VIDEO_SUFFIXES
from avreg.datasets.decoder_pool import read_side_by_side
from avreg.datasets.feature_layouts import FeatureLayout
from avreg.datasets.segment_reader import SegmentReader
from avreg.datasets.transforms.log_mel import SAMPLE_RATE
from avreg.errors import ConfigError
from avreg.passport import check_same, passport_path, read_passport

from .feature_encoders import FeatureEncoder


@dataclasses.dataclass(frozen=True)
class Extraction:
    """What became of the videos.

    Args:
        done: ids whose features were made.
        kept: ids whose features were there already.
        failed: file -> why there are no features of it.
        folder: of the features.
        report: file with one line (JSON) a video.
    """

    done: list[str]
    kept: list[str]
    failed: dict[str, str]
    folder: Path
    report: Path


def find_videos(inputs: Sequence[str | os.PathLike], modality: str = 'visual') -> list[Path]:
    """The media files that ``inputs`` mean.

    Args:
        inputs: folders, of which everything below is taken that is called as a video (for 'audio' also as a sound file); ``.txt`` files
            that list paths, one a line, relative to themselves; or media files.
        modality: 'visual' or 'audio'.

    Raises:
        FileNotFoundError: an input is not there, or there is no video in all of them.
    """
    suffixes = VIDEO_SUFFIXES + AUDIO_SUFFIXES * (modality == 'audio')
    found: dict[Path, None] = {}
    for path in map(Path, inputs):
        if path.is_dir():
            # Links that lead nowhere too: they shall be named.
            files = sorted(file for file in path.rglob('*') if file.suffix.lower() in suffixes and not file.is_dir())
        elif not path.exists():
            raise FileNotFoundError(f'{path} does not exist; give folders of videos, lists of them (.txt) or videos')
        elif path.suffix.lower() == '.txt':
            lines = (line.strip() for line in path.read_text(encoding='utf-8').splitlines())
            files = [path.parent / line for line in lines if line and not line.startswith('#')]
        else:
            files = [path]
        found |= dict.fromkeys(files)
    if not found:
        raise FileNotFoundError(f'no video in {", ".join(map(str, inputs))}: looked for {", ".join(suffixes)}')
    return list(found)


def extract_features(videos: Sequence[Path],
                     encoder: FeatureEncoder,
                     layout: FeatureLayout,
                     out: str | os.PathLike,
                     batch_size: int = 64,
                     workers: int = 0,
                     shard: tuple[int, int] = (0, 1),
                     no_sound: str = 'error',
                     progress: bool = False) -> Extraction:
    """Write the features of ``videos``. What is there already is kept, so a run that was killed is simply started again.

    A file appears whole or not at all. Its bytes do not depend on other videos, on ``workers``, on ``shard`` or on how often the run was
    killed: a batch holds segments of one video, as many as the encoder takes, from the first on.

    Args:
        videos: media files.
        encoder: on its device.
        layout: where the files go and what their rows are.
        out: folder in which the layout begins.
        batch_size: segments that are encoded at a time.
        workers: processes that decode.
        shard: (i, n): only every n-th video, from the i-th on; for n machines that share ``out``.
        no_sound: 'silence' takes a video without a sound track as silence.
        progress: show a bar.

    Raises:
        ConfigError: ``out`` holds features of another kind; or ``batch_size`` or ``shard`` make no sense.
    """
    index, shards = shard
    if batch_size < 1 or not 0 <= index < shards:
        raise ConfigError('at least one segment is encoded at a time, and shards are 0/n to n-1/n; got '
                          f'batch_size={batch_size}, shard={index}/{shards}')
    pattern = layout.pattern(encoder.family, encoder.label)
    folder, suffix = Path(out, pattern).parent, Path(pattern).name.removeprefix('{id}').removesuffix('.npy')
    targets, failed = _targets(videos, layout, folder, suffix)
    chosen = list(targets.items())[index::shards]
    failed = dict(list(failed.items())[index::shards])
    reader = SegmentReader(encoder.modality, layout.sampling, batch_size, encoder.resize, no_sound)
    _show_passport(_passport(encoder, reader, layout), folder, suffix)
    kept = [target for target, _ in chosen if target.exists()]
    there = set(kept)
    missing = [(target, path) for target, path in chosen if target not in there]
    report = Path(out, f'extraction_{encoder.label}' + (f'_{index}_of_{shards}' if shards > 1 else '') + '.jsonl')
    done = []
    bar = tqdm(total=len(chosen) + len(failed), initial=len(kept) + len(failed), unit='video', desc=encoder.label, disable=not progress)
    with report.open('w', encoding='utf-8') as lines, bar:

        def tell(status: str, path: Path | str, target: Path | None, **more: Any) -> None:
            row = dict(status=status, video=str(path), **({} if target is None else dict(features=str(target))), **more)
            lines.write(json.dumps(row, ensure_ascii=False) + '\n')
            lines.flush()

        for path, reason in failed.items():
            tell('failed', path, None, reason=reason)
        of_target = dict(chosen)
        for target in kept:
            tell('kept', of_target[target], target)
        _remove_leftovers(folder, {target.name for target, _ in missing})
        writing: dict[int, _FeatureFile] = {}
        try:
            for number, kind, content in read_side_by_side(reader, [str(path) for _, path in missing], workers):
                target, path = missing[number]
                if kind == 'opened':
                    writing[number] = _FeatureFile(target, *content)
                elif kind == 'segments':
                    writing[number].append(encoder.encode(content))
                elif kind == 'read':
                    file = writing.pop(number)
                    file.finish()
                    done.append(target.stem.removesuffix(suffix))
                    tell('done', path, target, segments=file.count, seconds=round(file.seconds, 3))
                else:
                    if number in writing:
                        writing.pop(number).abandon()
                    failed[str(path)] = content
                    tell('failed', path, None, reason=content)
                    bar.write(f'failed: {content}')
                if kind in ('read', 'bad'):
                    bar.update()
                    bar.set_postfix(failed=len(failed), refresh=False)
        finally:
            for file in writing.values():
                file.abandon()
    return Extraction(done, [target.stem.removesuffix(suffix) for target in kept], failed, folder, report)


def _targets(videos: Sequence[Path], layout: FeatureLayout, folder: Path, suffix: str) -> tuple[dict[Path, Path], dict[str, str]]:
    """Feature file -> video, by the name of the former; and file -> reason of those that have no name of their own."""
    targets: dict[Path, Path] = {}
    failed: dict[str, str] = {}
    for path in videos:
        try:
            target = folder / f'{layout.video_id(path.stem)}{suffix}.npy'
        except ValueError as problem:
            failed[str(path)] = f'{path}: no id of {layout.name}: {problem}'
            continue
        if target in targets:
            failed[str(path)] = f'{path}: has the same id as {targets[target]}'
        else:
            targets[target] = path
    return dict(sorted(targets.items())), failed


def _passport(encoder: FeatureEncoder, reader: SegmentReader, layout: FeatureLayout) -> dict[str, Any]:
    """Everything that decides about the numbers in the files, as JSON has it."""
    if encoder.modality == 'visual':
        times = dict(frames_per_second=1 / layout.sampling.step)
    else:
        times = dict(sample_rate=SAMPLE_RATE, no_sound=reader.no_sound)
    passport = dict(encoder.describe(), **times, **layout.sampling.describe(), batch_size=reader.batch_size, layout=layout.name,
                    avreg=avreg.__version__)
    return json.loads(json.dumps(passport))


def _show_passport(passport: dict[str, Any], folder: Path, suffix: str) -> None:
    """Write the passport before the first feature; stop where the folder has another one, or features without any.

    Raises:
        ConfigError: see above.
    """
    there = read_passport(folder, suffix)
    if there is None and next(folder.glob(f'*{suffix}.npy'), None) is not None:
        raise ConfigError(f'{folder} holds features *{suffix}.npy without a passport (an official download?); they are not mixed with '
                          'others: give another --out')
    if there is None:
        write_text_atomically(passport_path(folder, suffix), json.dumps(passport, indent=1) + '\n')
    else:
        # To the last byte.
        check_same(there, passport, f'the features in {folder}', 'those to be extracted', ignored=('checkpoint', ))


def _remove_leftovers(folder: Path, names: set[str]) -> None:
    """Remove what a killed run left of the files called ``names``."""
    for file in folder.glob('.*.tmp'):
        if file.name[1:].rsplit('.', 2)[0] in names:
            file.unlink(missing_ok=True)


class _FeatureFile:
    """A ``.npy`` file whose rows come a few at a time; under a temporary name until it is whole.

    Args:
        path: of the file.
        count: rows that it will have.
        seconds: length of the video, for the report.
    """

    def __init__(self, path: Path, count: int, seconds: float):
        self.path, self.count, self.seconds = path, count, seconds
        self._temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
        self._file: BinaryIO | None = None
        self._written = 0

    def append(self, rows: np.ndarray) -> None:
        """Rows float32[n, ...]."""
        if self._file is None:
            self._file = self._temporary.open('wb')
            header = dict(descr=np.lib.format.dtype_to_descr(rows.dtype), fortran_order=False, shape=(self.count, *rows.shape[1:]))
            np.lib.format.write_array_header_1_0(self._file, header)
        self._file.write(np.ascontiguousarray(rows).data)
        self._written += len(rows)

    def finish(self) -> None:
        """All rows are there."""
        if self._written != self.count:
            self.abandon()
            raise RuntimeError(f'{self.path}: {self._written} rows of {self.count} were read')
        self._file.close()
        os.replace(self._temporary, self.path)

    def abandon(self) -> None:
        """There will be no file."""
        if self._file is not None:
            self._file.close()
            self._temporary.unlink(missing_ok=True)
