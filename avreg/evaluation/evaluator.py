"""BenchmarkEvaluator: every sample to the metrics of its benchmark, and one ``score`` over all benchmarks."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import Evaluator
from mmengine.structures import BaseDataElement

from avreg.benchmarks import get_card
from avreg.errors import ConfigError, did_you_mean
from avreg.registry import EVALUATOR, METRICS

from .collection import Entry, compute_on_main
from .metrics.av_metric import AVMetric, check_size


@EVALUATOR.register_module()
class BenchmarkEvaluator(Evaluator):
    """Evaluates several benchmarks in one loop; MMEngine's ValLoop and TestLoop use it as they are.

    Samples are routed by ``sample.benchmark``. The result is flat: ``ave/accuracy``, ``llp/segment/type``, ..., and
    ``score``, the mean of the benchmarks' main metrics as their cards name them; CheckpointHook takes it with
    ``save_best='score', rule='greater'``.

    ``baselines`` then holds, on rank 0, the numbers that stand beside those in the table: name of the baseline -> metrics;
    what predictions that look at nothing score, and whatever a loop adds (:class:`~avreg.engine.SilentTestLoop`).

    Args:
        metrics: for each benchmark one :class:`AVMetric`, its config, or a list of them.
        main_metrics: by benchmark, what enters ``score`` in place of the card's main metric: ``dict(f_music='rouge_l')`` for a model
            that makes no masks.

    Raises:
        ValueError: no benchmark, an unknown one, a benchmark without a metric, or a metric that is not an AVMetric or
            was made for another benchmark; ``main_metrics`` names a benchmark without a metric.
    """

    def __init__(self, metrics: dict[str, AVMetric | dict | Sequence[AVMetric | dict]], main_metrics: dict[str, str] | None = None) -> None:
        if not isinstance(metrics, dict) or not metrics:
            raise ConfigError('BenchmarkEvaluator needs metrics=dict(<benchmark>=<metric or list of metrics>), e.g. '
                              f"dict(ave=dict(type='AVEAccuracy')), got {metrics!r}")
        self.by_benchmark = {benchmark: self._build(benchmark, given) for benchmark, given in metrics.items()}
        self.main_metrics = {benchmark: get_card(benchmark).main_metric for benchmark in self.by_benchmark} | dict(main_metrics or {})
        if unknown := self.main_metrics.keys() - self.by_benchmark.keys():
            raise ConfigError(f'BenchmarkEvaluator.main_metrics names {min(unknown)!r}, for which there is no metric'
                              f'{did_you_mean(min(unknown), self.by_benchmark)}')
        self.baselines: dict[str, dict[str, float]] = {}
        super().__init__([metric for of_benchmark in self.by_benchmark.values() for metric in of_benchmark])

    def process(self, data_samples: Sequence[BaseDataElement | dict], data_batch: Any | None = None) -> None:
        """Give each predicted sample to the metrics of its benchmark.

        Raises:
            ValueError: a sample of a benchmark that has no metric here.
        """
        for data_sample in data_samples:
            sample = data_sample.to_dict() if isinstance(data_sample, BaseDataElement) else data_sample
            for metric in self._metrics_of(sample):
                metric.process(data_batch, [sample])

    def evaluate(self, size: int) -> dict[str, float]:
        """All numbers of all benchmarks and ``score``; the same on every rank.

        Args:
            size: how many samples all the splits have together.

        Raises:
            ValueError: a benchmark had no sample, or not exactly ``size`` different samples were processed.
        """
        collected = [(metric, metric.collect()) for metric in self.metrics]
        numbers = {metric.benchmark: len(entries) for metric, entries in collected}
        empty = [benchmark for benchmark, number in numbers.items() if number == 0]
        if empty:
            others = [benchmark for benchmark in numbers if benchmark not in empty]
            raise ValueError(f'no sample of {", ".join(map(repr, empty))} was evaluated, only of {others}; add its '
                             "dataset to the loader, or take it out of the evaluator's metrics")
        check_size(sum(numbers.values()), size, ' + '.join(numbers))
        return compute_on_main(lambda: self._compute(collected))

    def _compute(self, collected: list[tuple[AVMetric, list[Entry]]]) -> dict[str, float]:
        results: dict[str, float] = {}
        for metric, entries in collected:
            new = metric.score(entries)
            taken = sorted(results.keys() & new.keys())
            if taken:
                raise ValueError(f'{type(metric).__name__} reports {taken[0]!r}, which another metric of '
                                 f'{metric.benchmark!r} reports too')
            results |= new
            for name, scores in metric.trivial_scores(entries).items():
                self.baselines.setdefault(name, {}).update({f'{metric.prefix}/{key}': value for key, value in scores.items()})
        mains = [f'{benchmark}/{main}' for benchmark, main in self.main_metrics.items()]
        missing = [key for key in mains if key not in results]
        if missing:
            raise ValueError(f"no metric reports {missing[0]!r}, the main metric on its benchmark's card; reported: "
                             f'{sorted(results)}')
        return {**results, 'score': sum(results[key] for key in mains) / len(mains)}

    def _metrics_of(self, sample: dict[str, Any]) -> list[AVMetric]:
        benchmark = sample.get('benchmark')
        if benchmark not in self.by_benchmark:
            raise ValueError(f'sample {sample.get("sample_id")!r} is of benchmark {benchmark!r}, for which the '
                             f'evaluator has no metric{did_you_mean(str(benchmark), self.by_benchmark)}')
        return self.by_benchmark[benchmark]

    @staticmethod
    def _build(benchmark: str, given: AVMetric | dict | Sequence[AVMetric | dict]) -> list[AVMetric]:
        get_card(benchmark)
        configs = given if isinstance(given, Sequence) else [given]
        if not configs:
            raise ConfigError(f'BenchmarkEvaluator has no metric for {benchmark!r}: metrics[{benchmark!r}] is empty')
        built = [METRICS.build({'benchmark': benchmark, **one}) if isinstance(one, dict) else one for one in configs]
        for metric in built:
            if not isinstance(metric, AVMetric):
                raise ConfigError(f'{type(metric).__name__} under metrics[{benchmark!r}] is not an AVMetric, so its '
                                  'samples could not be collected by id; derive it from avreg.evaluation.AVMetric')
            if metric.benchmark != benchmark:
                raise ConfigError(f'{type(metric).__name__} under metrics[{benchmark!r}] was made for '
                                  f'{metric.benchmark!r}')
        return built
