"""SilentTestLoop: a test, and before it the same model without sound, to stand beside it."""
from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner, TestLoop, autocast
from torch.utils.data import DataLoader

from avreg.errors import ConfigError
from avreg.evaluation import BenchmarkEvaluator
from avreg.registry import LOOPS

BASELINE = 'silent model'


@LOOPS.register_module()
class SilentTestLoop(TestLoop):
    """MMEngine's TestLoop; what the model scores with the sound muted is added to the evaluator's ``baselines``.

    How far a model that has learned to listen falls without sound says how much of its answer it has heard. It is not the
    model trained without sound, which learns to make the best of the picture.

    Args:
        runner: the Runner.
        dataloader: of the test.
        evaluator: a BenchmarkEvaluator or its config.
        silent: benchmarks to test without sound.
        fp16: test in mixed precision.

    Raises:
        ConfigError: ``silent`` names a benchmark that the evaluator has no metric for.
    """

    def __init__(self, runner: Runner, dataloader: DataLoader | dict, evaluator: BenchmarkEvaluator | dict,
                 silent: Sequence[str] = (), fp16: bool = False):
        super().__init__(runner, dataloader, evaluator, fp16)
        self.silent = tuple(silent)
        if unknown := [name for name in self.silent if name not in self.evaluator.by_benchmark]:
            raise ConfigError(f'test_cfg.silent names {unknown[0]!r}, but test_evaluator has metrics for '
                              f'{list(self.evaluator.by_benchmark)} only')

    def run(self) -> dict:
        """The silent test, then the test; gives the metrics of the latter."""
        if self.silent:
            self.evaluator.baselines[BASELINE] = self._test_silently()
        return super().run()

    @torch.no_grad()
    def _test_silently(self) -> dict[str, float]:
        self.runner.logger.info(f'testing {", ".join(self.silent)} without sound ...')
        loader = copy.deepcopy(self.runner.cfg.test_dataloader)
        if 'datasets' in loader.dataset:
            loader.dataset.datasets = [config for config, dataset in zip(loader.dataset.datasets, self.dataloader.dataset.datasets)
                                       if dataset.benchmark in self.silent]
        loader = self.runner.build_dataloader(loader, seed=self.runner.seed)
        evaluator = BenchmarkEvaluator({
            name: [metric for metric in self.evaluator.by_benchmark[name] if metric.only_scores] for name in self.silent})
        model = self.runner.model
        model.eval()
        preprocessor = (model.module if is_model_wrapper(model) else model).data_preprocessor
        before, preprocessor.mute = preprocessor.mute, tuple({*preprocessor.mute, 'audio'})
        try:
            for batch in loader:
                with autocast(enabled=self.fp16):
                    samples = model.test_step(batch)
                evaluator.process(samples, batch)
        finally:
            preprocessor.mute = before
        scores = evaluator.evaluate(len(loader.dataset))
        # Over fewer benchmarks it is another number.
        scores.pop('score')
        return scores
