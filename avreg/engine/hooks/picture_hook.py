"""PictureHook: pictures of some tested samples."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from mmengine.hooks import Hook
from mmengine.runner import Runner
from PIL import Image

from avreg.benchmarks import get_card
from avreg.errors import ConfigError
from avreg.registry import HOOKS
from avreg.structures import AVDataSample

if TYPE_CHECKING:
    # matplotlib takes a second: only who draws waits for it.
    from matplotlib.figure import Figure


def unav100_figure(sample: AVDataSample, min_score: float = 0.2) -> Figure:
    """Timeline of a video of UnAV-100, with predictions of ``min_score`` or more."""
    from avreg.visualization import events_figure
    from avreg.visualization.events_figure import GATES
    labels = get_card('unav100').labels
    predicted = zip(sample.pred_spans.tolist(), sample.pred_span_labels.tolist(), sample.pred_span_scores.tolist())
    gates = None
    if 'gate_times' in sample:
        gates = dict(zip(GATES, (sample.gate_audio.cpu().numpy(), sample.gate_visual.cpu().numpy())))
    return events_figure(
        sample.duration,
        [(labels[label], *span) for span, label in zip(sample.gt_spans.tolist(), sample.gt_span_labels.tolist())],
        [(labels[label], *span, score) for span, label, score in predicted if score >= min_score],
        gates, sample.gate_times.cpu().numpy() if gates else None, f'unav100 {sample.sample_id}')


def ra_ssu_figure(sample: AVDataSample) -> Figure:
    """Masks and sentences of a clip of F-Music or F-Lifescene."""
    from avreg.visualization import ssu_figure
    frames = []
    for path in sample.frame_paths:
        with Image.open(path) as image:
            frames.append(np.asarray(image.convert('RGB')))
    # A model may do only one of the two.
    prob = sample.pred_prob.cpu().numpy() if 'pred_prob' in sample else None
    return ssu_figure(np.stack(frames), sample.gt_masks.cpu().numpy(), prob, sample.descriptions, sample.get('pred_descriptions'),
                      f'{sample.benchmark} {sample.sample_id}')


FIGURES: dict[str, Callable[[AVDataSample], Figure]] = {'unav100': unav100_figure, 'f_music': ra_ssu_figure, 'f_lifescene': ra_ssu_figure}


@HOOKS.register_module()
class PictureHook(Hook):
    """Draws the first tested samples of each benchmark that has a picture, to ``folder/<benchmark>/<id>.png``.

    Args:
        folder: of the pictures; made if need be.
        limit: of each benchmark, on each process.
    """

    def __init__(self, folder: str, limit: int = 20):
        self.folder, self.limit = Path(folder).expanduser(), limit
        self.drawn: Counter[str] = Counter()

    def before_test(self, runner: Runner) -> None:
        """Stop before a test of which nothing can be drawn.

        Raises:
            ConfigError: no benchmark of the test has a picture.
        """
        self.drawn.clear()
        tested = list(runner.test_loop.evaluator.by_benchmark)
        if not set(tested) & set(FIGURES):
            raise ConfigError(f'--show-dir: none of the tested benchmarks ({", ".join(tested)}) has a picture; those that have: '
                              f'{", ".join(FIGURES)}')

    def after_test_iter(self, runner: Runner, batch_idx: int, data_batch: dict | None = None,
                        outputs: Sequence[AVDataSample] | None = None) -> None:
        """Draw."""
        from avreg.visualization import save_figure
        for sample in outputs:
            if sample.benchmark in FIGURES and self.drawn[sample.benchmark] < self.limit:
                self.drawn[sample.benchmark] += 1
                save_figure(FIGURES[sample.benchmark](sample), self.folder / sample.benchmark / f'{sample.sample_id}.png')

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Say where they are."""
        runner.logger.info(f'{sum(self.drawn.values())} pictures are in {self.folder}')
