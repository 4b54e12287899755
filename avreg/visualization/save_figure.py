"""Saving a figure as a picture file."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from avreg.atomic_write import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_figure(figure: Figure, path: str | Path, dpi: int = 90) -> Path:
    """Save ``figure`` to ``path``, whole or not at all; the suffix says in which format. Gives the path.

    Raises:
        ValueError: matplotlib has no such format.
    """
    path = Path(path)
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=dpi, format=path.suffix[1:].lower())
    return path
