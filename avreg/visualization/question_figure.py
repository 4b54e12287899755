"""question_figure: a question about a clip, the segments that its prompt selects, where their sound looks, and the answer."""
from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

SELECTED, OTHER = '#d1495b', '#c9ced6'
# Frames in a row.
_COLUMNS = 10


def question_figure(frames: np.ndarray, selected: Sequence[int], sound: np.ndarray | None, question: str, prompt: str,
                    answers: Sequence[tuple[str, float]], truth: str | None = None, looked: Sequence[int] | None = None) -> Figure:
    """All frames, the selected ones framed, the sound heat map on those that it looks at; below, the likeliest answers (TSPM, Fig. 4).

    Args:
        frames: uint8[T, H, W, 3].
        selected: places of the selected segments.
        sound: float[k, h, w], how much the sound looks at each place of their frames; None draws no map.
        question, prompt: as texts.
        answers: (answer, probability), likeliest first.
        truth: the true answer.
        looked: places of the frames of ``sound``; those of ``selected`` unless given.
    """
    T = len(frames)
    rows = -(-T // _COLUMNS)
    figure = Figure(figsize=(1.5 * min(T, _COLUMNS), 1.75 * rows + 2.0), layout='constrained')
    grid = figure.add_gridspec(rows + 1, min(T, _COLUMNS), height_ratios=[1.0] * rows + [0.75])
    chosen = set(map(int, selected))
    place = {} if sound is None else {int(t): j for j, t in enumerate(selected if looked is None else looked)}
    for t in range(T):
        ax = figure.add_subplot(grid[t // _COLUMNS, t % _COLUMNS])
        ax.imshow(frames[t], extent=(0, 1, 1, 0))
        if t in place:
            ax.imshow(sound[place[t]], extent=(0, 1, 1, 0), cmap='jet', alpha=0.45, interpolation='bilinear')
        ax.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))
        ax.set_xlabel(f'segment {t}', fontsize=8, labelpad=2)
        for spine in ax.spines.values():
            spine.set(color=SELECTED if t in chosen else OTHER, linewidth=3.5 if t in chosen else 1)
    ax = figure.add_subplot(grid[rows, :])
    names = [name for name, _ in answers][::-1]
    ax.barh(range(len(names)), [p for _, p in answers][::-1], color=[SELECTED if name == answers[0][0] else OTHER for name in names])
    ax.set(yticks=range(len(names)), xlim=(0, 1))
    ax.set_yticklabels([f'{name} (true)' if name == truth else name for name in names], fontsize=9)
    for y, (_, p) in enumerate(list(answers)[::-1]):
        ax.text(min(p + 0.01, 0.93), y, f'{p:.2f}', va='center', fontsize=9)
    for spine in ('top', 'right'):
        ax.spines[spine].set_visible(False)
    ax.set_xlabel('probability', fontsize=8)
    width = 14 * min(T, _COLUMNS)
    lines = [*textwrap.wrap(f'Question: {question}', width), *textwrap.wrap(f'Prompt: {prompt}', width)]
    figure.suptitle('\n'.join(lines), fontsize=10, x=0.02, ha='left')
    return figure
