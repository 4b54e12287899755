"""compare_features: two folders of feature files, segment by segment."""
from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
from tqdm import tqdm

from avreg.datasets.bad_media import BadMedia
from avreg.datasets.transforms.load_features import read_npy
from avreg.passport import differences, read_passport


@dataclasses.dataclass(frozen=True)
class FileComparison:
    """Two files of one name.

    Args:
        name: of the file.
        cosine: of each segment that both have, float64[T]; over the tokens of a segment the mean. Of two zero vectors 1, of one 0.
        largest: absolute difference of any two numbers.
        lengths: segments in A, in B.
        problem: why they cannot be compared; '' if they can.
    """

    name: str
    cosine: np.ndarray
    largest: float = 0.0
    lengths: tuple[int, int] = (0, 0)
    problem: str = ''


@dataclasses.dataclass(frozen=True)
class FeatureComparison:
    """Two folders.

    Args:
        files: that are in both, by name.
        only_a, only_b: names of files in one of them.
        passport: what differs between their passports; None where one has none.
    """

    files: list[FileComparison]
    only_a: list[str]
    only_b: list[str]
    passport: list[str] | None

    @property
    def compared(self) -> list[FileComparison]:
        """Files that could be compared."""
        return [file for file in self.files if not file.problem]

    def worst(self, count: int) -> list[tuple[str, int, float]]:
        """Name, segment and cosine of the segments with the lowest cosine."""
        rows = [(file.name, segment, float(cosine)) for file in self.compared for segment, cosine in enumerate(file.cosine)]
        return sorted(rows, key=lambda row: row[2])[:count]


def compare_features(a: str | os.PathLike, b: str | os.PathLike, progress: bool = False) -> FeatureComparison:
    """Compare two ``.npy`` files, or the files of the same names below two folders.

    Args:
        a, b: files [T, ...], or folders.
        progress: show a bar.

    Raises:
        FileNotFoundError: one is not there, or they have no file in common.
        ValueError: a file and a folder.
    """
    a, b = Path(a), Path(b)
    for path in (a, b):
        if not path.exists():
            raise FileNotFoundError(f'{path} does not exist')
    if a.is_dir() != b.is_dir():
        raise ValueError(f'{a} and {b}: a file and a folder; give two files or two folders')
    if not a.is_dir():
        return FeatureComparison([_compare(a.name, a, b)], [], [], None)
    names_a, names_b = ({str(file.relative_to(folder)) for file in folder.rglob('*.npy')} for folder in (a, b))
    if not names_a & names_b:
        raise FileNotFoundError(f'no .npy file is both below {a} ({len(names_a)} files) and below {b} ({len(names_b)})')
    files = [_compare(name, a / name, b / name) for name in tqdm(sorted(names_a & names_b), unit='file', disable=not progress)]
    passports = read_passport(a), read_passport(b)
    return FeatureComparison(files, sorted(names_a - names_b), sorted(names_b - names_a),
                             None if None in passports else differences(*passports))


def _compare(name: str, a: Path, b: Path) -> FileComparison:
    """Two files; what keeps them from being compared is told as ``problem``."""
    nothing = np.empty(0)
    arrays = []
    for path in (a, b):
        try:
            array = read_npy(path)
        except BadMedia as problem:
            return FileComparison(name, nothing, problem=str(problem))
        if array.ndim < 2:
            return FileComparison(name, nothing, problem=f'{path}: not numbers of shape (T, ...)')
        arrays.append(array.astype(np.float64))
    if arrays[0].shape[1:] != arrays[1].shape[1:]:
        shapes = ' and '.join(str(array.shape[1:]) for array in arrays)
        return FileComparison(name, nothing, problem=f'{name}: the shapes of a segment in A and B are {shapes}')
    lengths = len(arrays[0]), len(arrays[1])
    x, y = (array[:min(lengths)] for array in arrays)
    if not (x.size and np.isfinite(x).all() and np.isfinite(y).all()):
        return FileComparison(name, nothing, lengths=lengths, problem=f'{name}: empty, or with numbers that are not finite')
    norms = np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1)
    both_zero = ~x.any(-1) & ~y.any(-1)
    cosine = np.where(both_zero, 1.0, np.divide((x * y).sum(-1), norms, out=np.zeros_like(norms), where=norms > 0))
    return FileComparison(name, cosine.reshape(len(cosine), -1).mean(1), float(np.abs(x - y).max()), lengths)
