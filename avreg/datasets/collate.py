"""collate_clips: from samples to the batch that a worker sends."""
from __future__ import annotations

import torch
from mmengine.dataset import pseudo_collate

from avreg.registry import FUNCTIONS


@FUNCTIONS.register_module()
def collate_clips(data_batch: list[dict]) -> dict:
    """Lists instead of stacks, as MMEngine's ``pseudo_collate``; questions in a row about the very same clip share its tensors.

    What a worker sends is then each clip once, and AVDataPreprocessor sees at a glance which clips are the same.
    """
    batch = pseudo_collate(data_batch)
    for key in ('audio', 'visual', 'patches'):
        clips = batch['inputs'].get(key, [])
        for i in range(1, len(clips)):
            if clips[i] is not clips[i - 1] and clips[i].shape == clips[i - 1].shape and torch.equal(clips[i], clips[i - 1]):
                clips[i] = clips[i - 1]
    return batch
