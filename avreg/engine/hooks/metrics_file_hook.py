"""MetricsFileHook: the table on the screen and metrics.json, after a test."""
from __future__ import annotations

from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import Hook

from avreg.evaluation.table import format_table, write_metrics
from avreg.registry import HOOKS


@HOOKS.register_module()
class MetricsFileHook(Hook):
    """Prints the test metrics as a table, with the evaluator's ``baselines`` beside them, and writes them to ``work_dir/metrics.json``, a flat object.

    Args:
        filename: name of the file in the work directory.
    """

    priority = 'VERY_LOW'

    def __init__(self, filename: str = 'metrics.json'):
        self.filename = filename

    def after_test_epoch(self, runner, metrics: dict[str, float] | None = None) -> None:
        """Write and print."""
        if is_main_process() and metrics:
            path = Path(runner.work_dir) / self.filename
            write_metrics(path, metrics)
            table = format_table(metrics, getattr(runner.test_evaluator, 'baselines', None))
            runner.logger.info(f'test metrics, percent ({path}):\n{table}')
