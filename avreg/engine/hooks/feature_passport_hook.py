"""FeaturePassportHook: no training, and no test of what it trained, on features of different encoders."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from avreg.passport import INFORMATION, check_same
from avreg.registry import DATASETS, HOOKS

# Benchmark -> kind of features -> passport.
Passports = Mapping[str, Mapping[str, Mapping | None]]
# How long the clips of a benchmark are; others have other lengths.
_LENGTH = ('segments', 'exact')


@HOOKS.register_module()
class FeaturePassportHook(Hook):
    """Compares the passports of all feature files that a run reads (``feature_passports`` of its datasets).

    Before training those of validation and test must be those of training, benchmark by benchmark; benchmarks that are trained together
    must have features of one encoder, as far as they have passports. Checkpoints carry the passports, so that a test, or a training that
    goes on, is held against them too. Runs that read media are not concerned.
    """

    def __init__(self):
        # Of the features that the weights were trained on.
        self.trained_on: Passports | None = None

    def before_train(self, runner: Runner) -> None:
        """Compare all that the run will read, before it has cost anything.

        Raises:
            ConfigError: features differ; says in what.
        """
        own = _passports(runner.train_dataloader.dataset)
        if runner._resume and self.trained_on is not None:
            _compare(self.trained_on, own, 'the checkpoint was trained on', 'the training goes on with')
        self.trained_on = own
        if not own:
            return
        for one, of_one, other, of_other in _pairs(own):
            if one is not None and other is not None:
                check_same(one, other, f'the features of {of_one}', f'those of {of_other}', (*INFORMATION, *_LENGTH))
        if runner._val_loop is not None:
            _compare(own, _passports(runner.val_loop.dataloader.dataset), 'training reads', 'validation reads')
        # Its loop is only built when the training is over, too late to be told.
        if isinstance(runner._test_dataloader, Mapping):
            test = DATASETS.build(dict(runner._test_dataloader['dataset']))
            _compare(own, _passports(test), 'training reads', 'the test reads')

    def before_test(self, runner: Runner) -> None:
        """Compare with what the weights were trained on.

        Raises:
            ConfigError: features differ; says in what.
        """
        if self.trained_on is not None:
            _compare(self.trained_on, _passports(runner.test_dataloader.dataset), 'the checkpoint was trained on', 'the test reads')

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Put the passports into the checkpoint."""
        if self.trained_on is not None:
            checkpoint['meta']['feature_passports'] = self.trained_on

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Take the passports from the checkpoint."""
        self.trained_on = checkpoint.get('meta', {}).get('feature_passports')


def _passports(dataset: Any) -> Passports:
    """Those of a dataset; of one that is not ours, none."""
    return getattr(dataset, 'feature_passports', {})


def _compare(trained: Passports, read: Passports, of_trained: str, of_read: str) -> None:
    """Stop unless the features of every benchmark and kind that both have are alike."""
    for benchmark in trained.keys() & read.keys():
        for kind in trained[benchmark].keys() & read[benchmark].keys():
            check_same(trained[benchmark][kind], read[benchmark][kind], f'the {kind} features of {benchmark} that {of_trained}',
                       f'those that {of_read}')


def _pairs(passports: Passports) -> Iterator[tuple[Mapping | None, str, Mapping | None, str]]:
    """The passports of a kind in a benchmark, and in the next benchmark that has this kind, with their names."""
    before: dict[str, tuple[Mapping | None, str]] = {}
    for benchmark, of_kind in passports.items():
        for kind, passport in of_kind.items():
            if kind in before:
                yield *before[kind], passport, f'{kind} of {benchmark}'
            if passport is not None or kind not in before:
                before[kind] = passport, f'{kind} of {benchmark}'
