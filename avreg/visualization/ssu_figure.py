"""ssu_figure: which pixels sound and what is said about them, predicted and true, frame by frame (SSUFormer, Fig. 8 and 9)."""
from __future__ import annotations

import textwrap
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .paint_classes import PREDICTION, TRUTH, paint_classes

# Words of the truth, and others.
RIGHT, WRONG = '#1d7a46', '#c8323c'
# Characters in a line of a sentence, and its height and width in inches of the monospaced type.
_LINE = 46
_FONT_SIZE = 9
_CHARACTER, _LINE_HEIGHT = 0.602 * _FONT_SIZE / 72, 1.35 * _FONT_SIZE / 72
# Side of a frame, and height of a row, in inches.
_SIDE, _ROW = 1.15, 1.2


def ssu_figure(frames: np.ndarray, truth: np.ndarray, prediction: np.ndarray | None, descriptions: Sequence[str],
               pred_descriptions: Sequence[str] | None, title: str = '', most: int = 10) -> Figure:
    """A row a frame: the frame, its true and its predicted mask, the true and the predicted sentence; words that the two do not share
    in this order are red.

    Args:
        frames: uint8[T, H, W, 3].
        truth, prediction: float[T, h, w] in 0..1, of any size; None of a model that predicts no masks.
        descriptions, pred_descriptions: T sentences; None of a model that says nothing.
        title: above the picture.
        most: of more frames so many are drawn, evenly over the clip.
    """
    drawn = np.unique(np.linspace(0, len(frames) - 1, min(most, len(frames))).round().astype(int))
    width = _LINE * _CHARACTER + 0.2
    figure = Figure(figsize=(3 * _SIDE + width + 0.5, _ROW * len(drawn) + 0.6), layout='constrained')
    axes = figure.subplots(len(drawn), 4, squeeze=False, width_ratios=(_SIDE, _SIDE, _SIDE, width))
    for row, t in zip(axes, drawn):
        for ax in row[:3]:
            ax.imshow(frames[t], extent=(0, 1, 1, 0))
            ax.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))
        row[0].set_ylabel(f'frame {t}', fontsize=8)
        paint_classes(row[1], truth[t] > 0.5, TRUTH, 1.5)
        if prediction is not None:
            paint_classes(row[2], prediction[t] > 0.5, PREDICTION, 1.5)
        _say(row[3], descriptions[t], pred_descriptions[t] if pred_descriptions is not None else None, width)
    for ax, name in zip(axes[0], ('frame', 'true', 'predicted', 'true and predicted sentence')):
        ax.set_title(name, fontsize=9)
    figure.suptitle(title, fontsize=11)
    return figure


def _say(ax: Axes, truth: str, prediction: str | None, width: float) -> None:
    """Both sentences, broken into lines, the predicted one word by word in its colours."""
    ax.set(xlim=(0, width), ylim=(_ROW, 0))
    ax.set_axis_off()
    true, found = truth.split(), [] if prediction is None else prediction.split() or ['(no', 'words)']
    matcher = SequenceMatcher(None, [_plain(word) for word in true], [_plain(word) for word in found], autojunk=False)
    shared = {block.b + i for block in matcher.get_matching_blocks() for i in range(block.size)}
    y = 0.5 * _LINE_HEIGHT
    for words, colours in ((true, ['black'] * len(true)), (found, [RIGHT if i in shared else WRONG for i in range(len(found))])):
        number = 0
        # Each word is drawn by itself, at its place in its line.
        for line in textwrap.wrap(' '.join(words), _LINE, break_long_words=False, break_on_hyphens=False):
            x = 0
            for word in line.split():
                ax.text(0.1 + x * _CHARACTER, y, word, color=colours[number], fontsize=_FONT_SIZE, family='monospace', va='center')
                x, number = x + len(word) + 1, number + 1
            y += _LINE_HEIGHT
        y += 0.5 * _LINE_HEIGHT


def _plain(word: str) -> str:
    return word.lower().strip('.,;:!?"')
