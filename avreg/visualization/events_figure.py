"""events_figure: when which events happen in a video, true and predicted, and where a model's gates look."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from .paint_classes import PREDICTION, TRUTH

GATES = {'g_A (from sound)': '#3b6fb6', 'g_V (from picture)': '#d1495b'}


def events_figure(duration: float,
                  truth: Sequence[tuple[str, float, float]],
                  predictions: Sequence[tuple[str, float, float, float]],
                  gates: Mapping[str, np.ndarray] | None = None,
                  times: np.ndarray | None = None,
                  title: str = '') -> Figure:
    """A timeline with a row a class: true events above, predicted ones below, the surer the darker; under it the gates (CCNet, Fig. 4).

    Args:
        duration: seconds of the video.
        truth: (class, start, end) in seconds.
        predictions: (class, start, end, score), scores in 0..1.
        gates: float[T] by name, in 0..1; None: no lower panel.
        times: float[T], seconds that the gates stand for.
        title: above the picture.
    """
    rows = list(dict.fromkeys([event[0] for event in truth] + [event[0] for event in predictions]))
    heights = [0.62 * max(len(rows), 1), 1.5] if gates else [0.62 * max(len(rows), 1)]
    figure = Figure(figsize=(10, 1.5 + sum(heights)), layout='constrained')
    axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    place = {name: len(rows) - 1 - y for y, name in enumerate(rows)}
    for name, start, end in truth:
        axes[0].barh(place[name] + 0.19, end - start, left=start, height=0.34, color=TRUTH, edgecolor='white', linewidth=0.8)
    # The surest on top.
    for name, start, end, score in sorted(predictions, key=lambda event: event[3]):
        axes[0].barh(place[name] - 0.19, end - start, left=start, height=0.34, color=PREDICTION, alpha=0.15 + 0.85 * score,
                     edgecolor='white', linewidth=0.8)
    for y in range(1, len(rows)):
        axes[0].axhline(y - 0.5, color='#d8dbe0', linewidth=0.8)
    axes[0].set_yticks(range(len(rows)), rows[::-1])
    axes[0].set(xlim=(0, duration), ylim=(-0.55, max(len(rows), 1) - 0.45))
    handles = [axes[0].barh([0], [0], color=colour) for colour in (TRUTH, PREDICTION)]
    names = ['true', 'predicted (the surer the darker)']
    if gates:
        colours = dict(zip(gates, GATES.values()))
        handles += [axes[1].plot(times, values, color=colours[name])[0] for name, values in gates.items()]
        names += list(gates)
        axes[1].set_ylabel('gates')
    axes[-1].set_xlabel('seconds')
    for ax in axes:
        ax.spines[['top', 'right']].set_visible(False)
    figure.legend(handles, names, loc='outside lower center', ncol=len(names), frameon=False)
    figure.suptitle(title, fontsize=11)
    return figure
