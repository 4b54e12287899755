"""places_figure: where clips sound, true and predicted, one column a clip."""
from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .paint_classes import PREDICTION, TRUTH, paint_classes


def places_figure(columns: Sequence[dict], title: str = '') -> Figure:
    """Two rows a column: the frame with what is true, the frame with what is predicted.

    Args:
        columns: for each clip ``name``, ``frame`` uint8[H, W, 3], and either ``boxes`` float[n, 4] (fractions) with
            ``heatmap`` float[h, w], or ``truth`` and ``prediction``, int[h, w] of any size: 0 background, else the class.
        title: above the picture.
    """
    figure = Figure(figsize=(1.7 * len(columns), 4.2), layout='constrained')
    axes = figure.subplots(2, len(columns), squeeze=False)
    for (above, below), column in zip(axes.T, columns):
        for ax in (above, below):
            ax.imshow(column['frame'], extent=(0, 1, 1, 0))
            ax.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))
        above.set_title(column['name'], fontsize=9)
        if 'heatmap' in column:
            for x0, y0, x1, y1 in column['boxes']:
                above.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=TRUTH, linewidth=2.5))
            below.imshow(column['heatmap'], extent=(0, 1, 1, 0), cmap='magma', alpha=0.6, interpolation='bilinear')
        else:
            for ax, name, colour in ((above, 'truth', TRUTH), (below, 'prediction', PREDICTION)):
                paint_classes(ax, column[name], colour)
    axes[0, 0].set_ylabel('true')
    axes[1, 0].set_ylabel('predicted')
    figure.suptitle(title, fontsize=11)
    return figure
