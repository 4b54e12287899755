"""ReproducibilityHook: everything random in iteration k depends on (seed, k, rank) alone."""
from __future__ import annotations

import random

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook

from avreg.registry import HOOKS


@HOOKS.register_module()
class ReproducibilityHook(Hook):
    """Makes a resumed run equal to one that was never interrupted, to the last bit.

    MMEngine's resume restores weights, optimizer, schedulers and EMA, but knows nothing of batch samplers that draw by themselves
    nor of random generators. So no state is kept at all: before the training starts, the batch sampler is told at which iteration
    it begins, and before each iteration the generators of this rank are seeded from (seed, iteration, rank). Validation, the
    number of workers and interruptions then change nothing.
    """

    priority = 'VERY_HIGH'

    def before_train(self, runner) -> None:
        """Put the batch sampler at the iteration that comes next.

        Raises:
            ValueError: the batch sampler cannot start at a given iteration.
        """
        sampler = runner.train_dataloader.batch_sampler
        if not hasattr(sampler, 'set_start'):
            raise ValueError(f'ReproducibilityHook: train_dataloader.batch_sampler is a {type(sampler).__name__}, which cannot start '
                             'at a given iteration (it has no set_start); use TaskBatchSampler')
        sampler.set_start(runner.iter)

    def before_train_iter(self, runner, batch_idx: int, data_batch: dict | None = None) -> None:
        """Seed Python's, NumPy's and torch's generators for this iteration and rank."""
        seed = int(np.random.SeedSequence((runner.seed, runner.iter, get_rank())).generate_state(1)[0])
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
