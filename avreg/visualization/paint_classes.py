"""What figures of masks and events have in common: colours of truth and prediction, and masks painted over a frame."""
from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

TRUTH, PREDICTION = '#f2a93b', '#2a9d5c'


def paint_classes(ax: Axes, labels: np.ndarray, colour: str, linewidth: float = 2) -> None:
    """Darken the frame in ``ax``, drawn over the unit square, where int[h, w] ``labels`` are 0; outline each class in ``colour``."""
    shade = np.zeros((*labels.shape, 4))
    shade[labels == 0] = (0, 0, 0, 0.55)
    ax.imshow(shade, extent=(0, 1, 1, 0), interpolation='nearest')
    h, w = labels.shape
    x, y = (np.arange(w) + 0.5) / w, (np.arange(h) + 0.5) / h
    for label in np.unique(labels[labels > 0]):
        # A class that fills the frame has no outline.
        if not (labels == label).all():
            ax.contour(x, y, labels == label, levels=[0.5], colors=colour, linewidths=linewidth)
