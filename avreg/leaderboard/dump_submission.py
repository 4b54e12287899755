"""DumpSubmission: writes a submission folder while the predictions are evaluated."""
from __future__ import annotations

import copy
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log

from avreg.errors import ConfigError
from avreg.evaluation import AVMetric, Entry
from avreg.registry import METRICS

from .codecs import ArrayCodec, get_row_codec
from .write_submission import SubmissionWriter, check_method_meta


@METRICS.register_module()
class DumpSubmission(AVMetric):
    """Writes ``out_dir/<benchmark>/`` in the format of submissions; reports no number.

    It stands beside the metrics of its benchmark and collects as they do: with several ranks each sample is written
    once, by rank 0. ``meta.json`` takes the name of the split from the samples.

    Args:
        benchmark: name of the benchmark.
        out_dir: folder of the submission folders.
        method_meta: ``method`` (its name) and free fields of ``meta.json``.

    Raises:
        ValueError: a benchmark without a submission format, or no method name.
    """

    only_scores = False

    def __init__(self, benchmark: str, out_dir: str | os.PathLike, method_meta: Mapping[str, Any]) -> None:
        super().__init__(benchmark)
        check_method_meta(method_meta)
        self.codec = get_row_codec(benchmark)
        self.folder = Path(out_dir) / benchmark
        self.method_meta = dict(method_meta)

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """The arrays of the row; the official id and the split count as truth.

        Raises:
            ValueError: a field is missing, or see :class:`SubmissionWriter`, which writes arrays at once.
        """
        for field in (self.codec.id_field, 'split'):
            if field not in sample:
                raise ValueError(f'sample {sample.get("sample_id")!r} of {self.benchmark} has no {field!r}, which a '
                                 'submission needs; the packing transform must keep it as meta information')
        prediction = {name: self.array(sample, field) for name, field in self.codec.fields.items()}
        if isinstance(self.codec, ArrayCodec):
            # At once: all of a split would not fit into memory.
            writer = SubmissionWriter(self.folder, self.benchmark, sample['split'], self.method_meta)
            writer.write_array(sample[self.codec.id_field], prediction.pop(self.codec.array))
        return Entry(
            self.sample_id(sample),
            prediction=prediction,
            truth={'official_id': sample[self.codec.id_field], 'split': sample['split']},
        )

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """Write the folder. Two samples with one official id (a video of AVE's val split has two rows) share the
        first's row.

        Raises:
            ValueError: the samples are of several splits.
        """
        splits = sorted({entry.truth['split'] for entry in results})
        if len(splits) != 1:
            raise ValueError(f'a submission holds one split, those of {self.benchmark} are of {", ".join(splits)}')
        rows: dict[str | int, Entry] = {}
        for entry in results:
            kept = rows.setdefault(entry.truth['official_id'], entry)
            if any(not np.array_equal(entry.prediction[name], kept.prediction[name]) for name in kept.prediction):
                print_log(f'{self.benchmark}: samples {kept.sample_id!r} and {entry.sample_id!r} share an official id '
                          'and have different predictions; the submission holds the first', 'current', logging.WARNING)
        writer = SubmissionWriter(self.folder, self.benchmark, splits[0], self.method_meta)
        writer.write({official_id: entry.prediction for official_id, entry in rows.items()})
        return {}


def with_submission_dump(evaluator: dict, out_dir: str | os.PathLike, method_meta: Mapping[str, Any]) -> dict:
    """A copy of ``evaluator``, the config of a BenchmarkEvaluator, with a :class:`DumpSubmission` for every benchmark.

    Raises:
        ConfigError: ``evaluator`` has no metrics by benchmark.
    """
    if not isinstance(evaluator, dict) or not isinstance(evaluator.get('metrics'), dict):
        raise ConfigError('submissions are written by benchmark: the evaluator must be the config of a '
                          f'BenchmarkEvaluator with metrics=dict(<benchmark>=...), got {evaluator!r}')
    evaluator = copy.deepcopy(evaluator)
    # By its full name, as a config with a class in it could not be dumped.
    name = f'{DumpSubmission.__module__}.{DumpSubmission.__name__}'
    for benchmark, metrics in evaluator['metrics'].items():
        listed = list(metrics) if isinstance(metrics, Sequence) else [metrics]
        dump = {'type': name, 'out_dir': str(out_dir), 'method_meta': dict(method_meta)}
        evaluator['metrics'][benchmark] = [*listed, dump]
    return evaluator
