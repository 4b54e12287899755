"""AVWorldBuilder: makes the embedded data, once, whole, and the same for a seed whoever makes it."""
from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

from avreg.atomic_write import write_text_atomically
from avreg.datasets.avworld.ave import AVEWriter
from avreg.datasets.avworld.avqa import AVQAWriter
from avreg.datasets.avworld.avs_ms3 import AVSMS3Writer
from avreg.datasets.avworld.avs_s4 import AVSS4Writer
from avreg.datasets.avworld.avss import AVSSWriter
from avreg.datasets.avworld.clip import MAX_SEED, MAX_SIZES, Clip
from avreg.datasets.avworld.f_lifescene import FLifesceneWriter
from avreg.datasets.avworld.f_music import FMusicWriter
from avreg.datasets.avworld.llp import LLPWriter
from avreg.datasets.avworld.music_avqa import MusicAVQAWriter
from avreg.datasets.avworld.scene import Scene
from avreg.datasets.avworld.unav100 import UnAV100Writer
from avreg.datasets.avworld.vggss import VGGSSWriter
from avreg.datasets.avworld.writer import Writer
from avreg.datasets.cores import available_cores
from avreg.errors import did_you_mean
from avreg.registry import TASK_UTILS

# Raise it whenever the same arguments give other files: a world of another version is not taken for this one.
FORMAT_VERSION = 7
WRITERS: dict[str, Writer] = {writer.name: writer for writer in (
    AVEWriter(), LLPWriter(), MusicAVQAWriter(), VGGSSWriter(), AVSS4Writer(), AVSMS3Writer(), AVSSWriter(),
    AVQAWriter(), UnAV100Writer(), FMusicWriter(), FLifesceneWriter())}
PLAN_FILE = 'avworld_unfinished.json'
MARKER_FILE = 'avworld.json'
# Name of the benchmark, the clip, the benchmark's folder.
_Job = tuple[str, Clip, Path]


@TASK_UTILS.register_module()
class AVWorldBuilder:
    """Builds AVWorld below ``root``, in the official layout of every benchmark.

    The plan (all arguments) is written first, then the media, then the label files, and last the marker ``avworld.json``: only
    a folder with the marker is a world. A build that was killed goes on where it stopped. With the marker there, :meth:`build`
    does nothing, unless files were lost. A world may grow: benchmarks that it lacks are added, those that it has and that are not asked for stay.

    Args:
        root: folder of the world; one subfolder a benchmark (``avsbench/`` holds three).
        seed: 0 to 9999. Worlds of different seeds share no scene and no id.
        benchmarks: names from ``WRITERS``.
        sizes: clips a split, by benchmark, where they differ from the defaults: ``dict(ave=dict(train=800))``.
        workers: processes; None = one a CPU core. The world does not depend on it.

    Raises:
        ValueError: an argument is not valid; or ``root`` holds a world with other arguments, or files that are no world.
    """

    def __init__(self, root: str | Path = 'data/avworld', seed: int = 0,
                 benchmarks: Sequence[str] = ('ave', 'llp', 'music_avqa'), sizes: dict | None = None,
                 workers: int | None = None):
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
            raise ValueError(f'seed={seed!r} of AVWorldBuilder: a whole number from 0 to {MAX_SEED} is needed')
        if isinstance(benchmarks, str) or not benchmarks:
            raise ValueError(f'benchmarks={benchmarks!r} of AVWorldBuilder: a list of names is needed, '
                             f'from {", ".join(WRITERS)}')
        if workers is not None and workers < 1:
            raise ValueError(f'workers={workers!r} of AVWorldBuilder: at least 1, or None for one a CPU core')
        for name in benchmarks:
            _require(name, WRITERS, 'benchmarks')
            if lacking := [other for other in WRITERS[name].needs if other not in benchmarks]:
                raise ValueError(f'benchmarks={list(benchmarks)!r} of AVWorldBuilder: {name} contains the clips of '
                                 f'{" and ".join(WRITERS[name].needs)}; add {", ".join(map(repr, lacking))}')
        self.root = Path(root)
        self.workers = workers or available_cores()
        self.arguments = {
            'format_version': FORMAT_VERSION,
            'seed': seed,
            'sizes': {name: dict(WRITERS[name].default_sizes) for name in WRITERS if name in benchmarks},
        }
        for name, splits in (sizes or {}).items():
            _require(name, self.arguments['sizes'], 'sizes')
            for split, size in splits.items():
                _require(split, MAX_SIZES, f'sizes[{name!r}]')
                if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_SIZES[split]:
                    raise ValueError(f'sizes[{name!r}][{split!r}]={size!r} of AVWorldBuilder: '
                                     f'a whole number from 1 to {MAX_SIZES[split]} is needed')
                self.arguments['sizes'][name][split] = size

    @property
    def complete(self) -> bool:
        """Whether ``root`` holds this whole world, and perhaps more benchmarks.

        Raises:
            ValueError: it holds another one.
        """
        return not self._to_make()

    def build(self) -> Path:
        """Make what is missing, also files that were lost since, and return ``root``. Of several builds at once one works and the others wait.

        Raises:
            ValueError: see the class.
            ChildProcessError: a process that helps was killed.
        """
        if not self._to_make():
            return self.root
        folder = self.root.absolute()
        self._check_root()
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.with_name(f'.{folder.name}.lock'))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            print(f'{self.root} is being made by another process; waiting for it')
            lock.acquire()
        try:
            return self._make()
        finally:
            lock.release()

    def _make(self) -> Path:
        """Make what is missing; nobody else does."""
        lacking = self._to_make()
        if not lacking:
            return self.root
        self._start()
        clips = {name: self.clips(name) for name in lacking}
        missing = [(name, clip, folder) for name, splits in clips.items() for folder in [self.folder(name)]
                   for split in splits.values() for clip in split
                   if not all((folder / file).is_file() for file in clip.files)]
        for parent in {(folder / file).parent for _, clip, folder in missing for file in clip.files}:
            parent.mkdir(parents=True, exist_ok=True)
        self._render(missing)
        for name, splits in clips.items():
            WRITERS[name].write_labels(self.folder(name), splits, self.arguments['seed'])
        for leftover in self.root.rglob('.*.tmp'):
            leftover.unlink(missing_ok=True)
        marker = self._with_those_of(self.root / MARKER_FILE)
        marker['files'] = {name: _count(self.root / name) for name in sorted({WRITERS[name].folder for name in marker['sizes']})}
        write_text_atomically(self.root / MARKER_FILE, json.dumps(marker, indent=1) + '\n')
        (self.root / PLAN_FILE).unlink(missing_ok=True)
        return self.root

    def folder(self, benchmark: str) -> Path:
        """Where the files of ``benchmark`` are: its data root."""
        return self.root / WRITERS[_require(benchmark, self.arguments['sizes'], 'benchmarks')].folder

    def clips(self, benchmark: str) -> dict[str, list[Clip]]:
        """The clips of ``benchmark`` by split, with their scenes: what the label files say, and more."""
        sizes = self.arguments['sizes']
        return WRITERS[_require(benchmark, sizes, 'benchmarks')].clips(self.arguments['seed'], sizes)

    def _check_root(self) -> None:
        """Stop where there can be no folder."""
        if files := [path for path in (self.root, *self.root.parents) if path.exists() and not path.is_dir()]:
            raise ValueError(f'root={str(self.root)!r} of AVWorldBuilder: {files[0]} is a file. Give a folder, which is made if need be')

    def _to_make(self) -> list[str]:
        """The benchmarks that are not there, or lost files since."""
        marker = self.root / MARKER_FILE
        lacking = self._lacking(marker)
        known = json.loads(marker.read_text(encoding='utf-8')).get('files', {}) if marker.is_file() else {}
        folders = {WRITERS[name].folder for name in self.arguments['sizes'] if name not in lacking} & known.keys()
        lost = {folder for folder in folders if _count(self.root / folder) < known[folder]}
        return [name for name in self.arguments['sizes'] if name in lacking or WRITERS[name].folder in lost]

    def _start(self) -> None:
        """Leave the plan, or make sure that the one there is ours."""
        plan = self.root / PLAN_FILE
        if plan.is_file():
            self._lacking(plan)
        elif not (self.root / MARKER_FILE).is_file() and self.root.is_dir() and any(self.root.iterdir()):
            raise ValueError(f'{self.root} holds files, but neither {MARKER_FILE} nor {PLAN_FILE}: it is not an AVWorld. '
                             'Choose another root, or delete the folder')
        self.root.mkdir(parents=True, exist_ok=True)
        write_text_atomically(plan, json.dumps(self._with_those_of(plan), indent=1) + '\n')

    def _lacking(self, file: Path) -> list[str]:
        """The benchmarks that the arguments in ``file`` do not have; all if there is no such file.

        Raises:
            ValueError: they are those of another world.
        """
        there = json.loads(file.read_text(encoding='utf-8')) if file.is_file() else {'sizes': {}}
        there.pop('files', None)
        lacking = [name for name in self.arguments['sizes'] if name not in there['sizes']]
        both = {name: sizes for name, sizes in there['sizes'].items() if name in self.arguments['sizes']}
        mine = {name: sizes for name, sizes in self.arguments['sizes'].items() if name in both}
        differences = [f'{key} is {old!r} there and {new!r} here'
                       for (key, old), (_, new) in zip(*_flat({**there, 'sizes': both}, {**self.arguments, 'sizes': mine})) if old != new]
        if file.is_file() and differences:
            raise ValueError(f'{self.root} holds {"an unfinished" if file.name == PLAN_FILE else "an"} AVWorld with other '
                             f'arguments ({file}): {"; ".join(differences)}. Ask for the same arguments, choose another root, '
                             'or delete the folder')
        return lacking

    def _with_those_of(self, file: Path) -> dict:
        """The arguments, and the benchmarks that ``file`` has besides, in the order of ``WRITERS``."""
        sizes = json.loads(file.read_text(encoding='utf-8'))['sizes'] if file.is_file() else {}
        sizes = {**sizes, **self.arguments['sizes']}
        return {**self.arguments, 'sizes': {name: sizes[name] for name in WRITERS if name in sizes}}

    def _render(self, missing: list[_Job]) -> None:
        # What shows the same scene is one task: its writers render it once.
        tasks: dict[Scene, list[_Job]] = {}
        for job in missing:
            tasks.setdefault(job[1].scene, []).append(job)
        progress = tqdm(total=len(missing), desc=f'AVWorld {self.root}', unit='clip', mininterval=0.5, disable=not missing)
        with progress:
            if min(self.workers, len(tasks)) <= 1:
                for task in tasks.values():
                    progress.update(_write(task))
            else:
                # Fresh processes: a fork of one with running threads (torch's) may hang.
                with ProcessPoolExecutor(self.workers, multiprocessing.get_context('spawn')) as pool:
                    try:
                        for count in pool.map(_write, tasks.values(), chunksize=4):
                            progress.update(count)
                    except BrokenProcessPool as problem:
                        raise ChildProcessError(f'a process that writes {self.root} was killed (out of memory?). Make the world again, it goes '
                                                'on where it stopped; fewer workers need less memory') from problem


def _count(folder: Path) -> int:
    """Files below ``folder``."""
    return sum(len(files) for _, _, files in os.walk(folder))


def _write(task: list[_Job]) -> int:
    """Write the clips of ``task``, and return how many they are."""
    for name, clip, folder in task:
        WRITERS[name].write_media(clip, folder)
    return len(task)


def _require(name: str, known, argument: str) -> str:
    if name not in known:
        raise ValueError(f'{name!r} in {argument} of AVWorldBuilder is not known{did_you_mean(name, known)}')
    return name


def _flat(*trees: dict) -> list[list[tuple[str, object]]]:
    """Each tree as (dotted key, value or None), all with the same keys in the same order."""
    def walk(tree, prefix=''):
        for key, value in tree.items():
            if isinstance(value, dict):
                yield from walk(value, f'{prefix}{key}.')
            else:
                yield f'{prefix}{key}', value
    flat = [dict(walk(tree)) for tree in trees]
    keys = list(dict.fromkeys(key for tree in flat for key in tree))
    return [[(key, tree.get(key)) for key in keys] for tree in flat]
