"""DumpSubmission: writes a submission folder while the predictions are evaluated."""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from avreg.evaluation import AVMetric, Entry
from avreg.registry import METRICS

from .codecs import get_row_codec
from .submission import SubmissionWriter


@METRICS.register_module()
class DumpSubmission(AVMetric):
    """Writes ``out_dir/<benchmark>/`` in the format of submissions; reports no number.

    It stands beside the metrics of its benchmark and collects as they do: with several ranks each sample is written once, by rank 0.

    Args:
        benchmark: name of the benchmark.
        out_dir: folder of the submission folders.
        split: name of the split that is evaluated.
        method_meta: ``method`` and free fields of ``meta.json``.

    Raises:
        ValueError: as :class:`~avreg.leaderboard.submission.SubmissionWriter`.
    """

    def __init__(self, benchmark: str, out_dir: str | os.PathLike, split: str, method_meta: Mapping[str, Any]) -> None:
        super().__init__(benchmark)
        self.codec = get_row_codec(benchmark)
        self.writer = SubmissionWriter(Path(out_dir) / benchmark, benchmark, split, method_meta)

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """The arrays of the row and the official id."""
        if self.codec.id_field not in sample:
            raise ValueError(f'sample {sample.get("sample_id")!r} of {self.benchmark} has no {self.codec.id_field!r}, the official id of '
                             'a submission; the packing transform must keep it as meta information')
        prediction = {name: np.asarray(sample[field].cpu()) for name, field in self.codec.fields.items()}
        return Entry(self.sample_id(sample), prediction, truth={'official_id': sample[self.codec.id_field]})

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """Write the folder. Where two samples are one video (a val id of AVE has two rows) the first one's prediction is the row."""
        predictions: dict[str | int, dict[str, np.ndarray]] = {}
        for entry in results:
            predictions.setdefault(entry.truth['official_id'], entry.prediction)
        self.writer.write(predictions)
        return {}


def add_submission_dump(evaluator: dict, out_dir: str | os.PathLike, split: str, method_meta: Mapping[str, Any]) -> None:
    """Add a :class:`DumpSubmission` to every benchmark of ``evaluator``, the config of a BenchmarkEvaluator, in place.

    Raises:
        ValueError: ``evaluator`` has no metrics by benchmark.
    """
    if not isinstance(evaluator.get('metrics'), dict):
        raise ValueError('submissions are written by benchmark: the evaluator must be a BenchmarkEvaluator config with '
                         f'metrics=dict(<benchmark>=...), got {evaluator!r}')
    for benchmark, metrics in evaluator['metrics'].items():
        dump = {'type': DumpSubmission, 'out_dir': str(out_dir), 'split': split, 'method_meta': dict(method_meta)}
        listed = list(metrics) if isinstance(metrics, Sequence) else [metrics]
        evaluator['metrics'][benchmark] = [*listed, dump]
