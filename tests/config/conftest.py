"""A small config and its base, to make mistakes in."""
from __future__ import annotations

from pathlib import Path

import pytest

BASE = '''"""A base."""
from mmengine.dataset import DefaultSampler
from mmengine.hooks import CheckpointHook
from mmengine.optim import OptimWrapper
from torch.optim import AdamW

from avreg.datasets import AVE
from avreg.datasets.transforms import PackAVInputs
from avreg.models import AVModel
from avreg.models.backbones import EmbeddedAudioEncoder, FeatureIdentity
from avreg.models.heads import EventLocalizationHead

lr = 1e-3
ave_root = 'data/ave'
unread_by_this_base = 3
default_scope = 'avreg'
model = dict(
    type=AVModel,
    backbones=dict(
        audio=dict(type=EmbeddedAudioEncoder, channels=16), visual=dict(type=FeatureIdentity, field='visual', width=16)),
    necks=[dict(type='TaskPromptGuidance', channels=16)],
    heads=dict(ave=dict(type=EventLocalizationHead, channels=16, dropout=0.2)))
ave_train = dict(type=AVE, data_root=ave_root, split='train', pipeline=[dict(type=PackAVInputs)])
train_dataloader = dict(batch_size=2, num_workers=0, dataset=ave_train, sampler=dict(type=DefaultSampler, shuffle=True))
train_cfg = dict(by_epoch=True, max_epochs=1)
optim_wrapper = dict(
    type=OptimWrapper, optimizer=dict(type=AdamW, lr=lr, betas=(0.9, 0.98)), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=3),
    dict(type='CosineAnnealingLR', T_max=10, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(type=CheckpointHook, interval=1, max_keep_ckpts=2), sampler_seed=None)
randomness = dict(seed=0)
'''
TOP = '''"""A recipe."""
from mmengine.config import read_base

with read_base():
    from .parts.base import *

'''


@pytest.fixture
def make_config(tmp_path: Path):
    """``make_config(lines, base=BASE)``: path of a recipe over ``parts/base.py``, with ``lines`` at its end."""

    def make(lines: str = '', base: str = BASE) -> Path:
        (tmp_path / 'parts').mkdir(exist_ok=True)
        (tmp_path / 'parts' / 'base.py').write_text(base)
        path = tmp_path / 'recipe.py'
        path.write_text(TOP + lines)
        return path

    return make
