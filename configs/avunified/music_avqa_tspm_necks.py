"""AV-Unified's question answering on AVWorld with TSPM's necks: TopKTPM selects, TokenMergeSPM looks, the head is AV-Unified's.

Command: python tools/train.py configs/avunified/music_avqa_tspm_necks.py
"""
from mmengine.config import read_base

from avreg.models.necks import TokenMergeSPM, TopKTPM

with read_base():
    from .music_avqa import *
    from .._base_.datasets.prompt_pipelines import *

# The head knows of no selection: the other segments are left out.
_position, _, _, _guidance = model.necks
model.necks = [
    _position,
    dict(type=TopKTPM, channels=128, top_k=8, cut=True),
    dict(type=TokenMergeSPM, channels=128, num_tokens=14),
    _guidance,
]
# TopKTPM reads a prompt. (The datasets of the other benchmarks stay as they are; `benchmarks` takes them out.)
train_dataloader.dataset.datasets[-1].pipeline = prompt_question_train_pipeline
for _loader in (val_dataloader, test_dataloader):
    _loader.dataset.datasets[-1].pipeline = prompt_question_test_pipeline
