"""BadMediaHook: where the list of unreadable training media goes."""
from __future__ import annotations

from pathlib import Path

from mmengine.dist import barrier, is_main_process
from mmengine.hooks import Hook

from avreg.registry import HOOKS


@HOOKS.register_module()
class BadMediaHook(Hook):
    """Tells the training dataset to list media that it had to replace in ``work_dir/bad_media.jsonl``, and counts them at the end.

    Args:
        filename: name of the list in the work directory.
    """

    def __init__(self, filename: str = 'bad_media.jsonl'):
        self.filename = filename

    def before_train(self, runner) -> None:
        """Hand the path to the dataset (its workers start after this)."""
        dataset = runner.train_dataloader.dataset
        path = Path(runner.work_dir) / self.filename
        # The list belongs to one run: what an earlier one left in this folder must not count against it.
        if runner.iter == 0 and is_main_process():
            path.unlink(missing_ok=True)
        barrier()
        if hasattr(dataset, 'set_bad_media_log'):
            dataset.set_bad_media_log(path)

    def after_train(self, runner) -> None:
        """One line in the log if there were any."""
        path = Path(runner.work_dir) / self.filename
        if is_main_process() and path.exists():
            runner.logger.warning(f'{len(path.read_text().splitlines())} entries of bad media were replaced in training; see {path}')
