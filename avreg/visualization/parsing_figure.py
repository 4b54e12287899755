"""parsing_figure: what is heard and seen in a clip, second by second, true and predicted."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

COLOURS = {'both': '#2a9d5c', 'truth': '#f2a93b', 'prediction': '#d1495b', 'neither': '#eef0f2'}


def parsing_figure(frames: np.ndarray, log_mel: np.ndarray, rows: Sequence[tuple[str, np.ndarray, np.ndarray]], title: str = '') -> Figure:
    """Frames, log-mel and a timeline with one row an event.

    Args:
        frames: uint8[T, H, W, 3], one a second.
        log_mel: float[T, 1, 96, 64].
        rows: (name, truth bool[T], prediction bool[T]).
        title: above the picture.
    """
    T = len(frames)
    figure = Figure(figsize=(1.15 * T, 3.4 + 0.34 * len(rows)), layout='constrained')
    axes = figure.subplots(3, 1, sharex=True, height_ratios=[1.15, 0.9, 0.34 * max(len(rows), 1)])
    axes[0].imshow(np.concatenate(list(frames), axis=1), extent=(0, T, 0, 1), aspect='auto')
    axes[0].set_yticks([])
    axes[0].set_ylabel('frames')
    axes[1].imshow(log_mel.reshape(-1, 64).T, origin='lower', extent=(0, T, 0, 64), aspect='auto', cmap='magma')
    axes[1].set_yticks([])
    axes[1].set_ylabel('log-mel')
    for y, (_, truth, prediction) in enumerate(rows):
        for t in range(T):
            key = ('both' if truth[t] else 'prediction') if prediction[t] else ('truth' if truth[t] else 'neither')
            axes[2].barh(len(rows) - 1 - y, 0.94, left=t + 0.03, height=0.78, color=COLOURS[key])
    axes[2].set_yticks(range(len(rows)), [row[0] for row in reversed(rows)])
    axes[2].set_xlim(0, T)
    axes[2].set_xlabel('seconds')
    for spine in ('top', 'right', 'left'):
        axes[2].spines[spine].set_visible(False)
    handles = [axes[2].barh([0], [0], color=COLOURS[key]) for key in ('both', 'truth', 'prediction')]
    figure.legend(handles, ['true and predicted', 'missed', 'false alarm'], loc='outside lower center', ncol=3, frameon=False)
    figure.suptitle(title)
    return figure
