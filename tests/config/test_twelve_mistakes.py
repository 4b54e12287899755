"""Twelve mistakes that users make, each told with its value, its place, what is valid and what to do."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from avreg.config import check_config, explain, load_config
from avreg.registry import DATASETS, MODELS
from avreg.structures import AVFeatures

from .conftest import TOP

REPO = Path(__file__).resolve().parents[2]
AVE_FILES = {
    'Annotations.txt': 'Category&VideoID&Quality&StartTime&EndTime\nChurch bell&RUhOCu3LNXM&good&0&10\n',
    'trainSet.txt': 'Church bell&RUhOCu3LNXM&good&0&10\n',
    'valSet.txt': 'Church bell&RUhOCu3LNXM&good&0&10\n',
    'testSet.txt': 'Church bell&RUhOCu3LNXM&good&0&10\n',
}


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    """AVE's annotations of one clip."""
    root = tmp_path / 'ave'
    (root / 'AVE').mkdir(parents=True)
    for name, text in AVE_FILES.items():
        (root / name).write_text(text)
    return root


def build_dataset(path: Path, root: Path) -> str:
    """What the user reads when the training set of a config cannot be built."""
    cfg = load_config(path, {
        'train_dataloader.dataset.data_root': str(root),
        'train_dataloader.dataset.check_media': False
    })
    check_config(cfg)
    with pytest.raises((ValueError, FileNotFoundError)) as caught:
        DATASETS.build(cfg.train_dataloader.dataset)
    return explain(caught.value)


def check(path: Path, options: dict | None = None) -> str:
    """What the user reads when a config is wrong."""
    with pytest.raises(ValueError) as caught:
        check_config(load_config(path, options))
    return explain(caught.value)


def expect(message: str, *parts: str) -> None:
    """Every part of a good message is there."""
    for part in parts:
        assert part in message, message


def test_1_top_level_key(make_config):
    expect(check(make_config('train_dataloder = dict(batch_size=2)\n')), "recipe.py:7: 'train_dataloder'",
           "did you mean 'train_dataloader'")


def test_2_nested_argument(make_config):
    expect(check(make_config("train_dataloader.dataset.data_rot = 'x'\n")), "AVE has no keyword 'data_rot'; did you "
                                                                            "mean 'data_root'",
           'at train_dataloader.dataset.data_rot in', 'recipe.py:7', 'its keywords:')


def test_3_option_that_matches_nothing(make_config):
    expect(check(make_config(), {'model.hed.ave.x': 1}), '--cfg-options model.hed.ave.x', "no 'model.hed'; did you "
                                                                                          "mean 'model.heads'",
           'recipe.py', 'backbones', 'print_config.py')


def test_4_missing_base(make_config):
    path = make_config()
    path.write_text(TOP.replace('.parts.base', '.parts.bsae'))
    expect(check(path), "recipe.py:5: the base '.parts.bsae' does not exist", 'parts/bsae.py', 'did you mean',
           'parts/base.py')


def test_5_missing_data_folder(make_config, data_root):
    wrong = data_root.with_name('avee')
    expect(build_dataset(make_config(), wrong), str(wrong), 'at train_dataloader.dataset.data_root, given by '
                                                            '--cfg-options', 'Annotations.txt')


def test_6_wrong_split(make_config, data_root):
    expect(build_dataset(make_config("train_dataloader.dataset.split = 'tran'\n"), data_root), "'tran'", "'train'",
           'at train_dataloader.dataset.split in', 'recipe.py:7')


def test_7_unknown_label(make_config, data_root):
    (data_root / 'trainSet.txt').write_text('Church bell&RUhOCu3LNXM&good&0&10\nChruch bell&RUhOCu3LNXN&good&0&10\n')
    expect(build_dataset(make_config(), data_root), "'Chruch bell'", 'trainSet.txt:2', 'RUhOCu3LNXN', 'Church bell',
           'at train_dataloader.dataset')


def test_8_wrong_feature_width(make_config):
    cfg = load_config(make_config())
    check_config(cfg)
    backbone = MODELS.build(cfg.model.backbones.visual)
    with pytest.raises(ValueError) as caught:
        backbone(torch.zeros(1, 10, 2048))
    expect(explain(caught.value), '2048', '16', 'at model.backbones.visual.width in', 'parts/base.py:')


@pytest.mark.parametrize('lines, parts', [
    ('model.necks[0].channels = 64', ['TaskPromptGuidance was built for channels=64, but AVFeatures.audio is 16 wide', 'Set channels to 16',
                                      'at model.necks.0.channels in', 'recipe.py:7']),
    ('model.heads.ave.channels = 64', ['EventLocalizationHead was built for channels=64, but AVFeatures.audio is 16 wide',
                                       'at model.heads.ave.channels in', 'recipe.py:7']),
    ("model.heads.ave.streams = ('visual', 'audoi')", ["AVFeatures.audoi, and there is no such field; did you mean 'audio'",
                                                       'at model.heads.ave.streams in', 'recipe.py:7']),
    ("model.heads.ave.streams = ('audio', 'prompt')", ['needs AVFeatures.prompt, which is missing', 'at model.heads.ave.streams in']),
])
def test_8_what_a_neck_or_a_head_was_not_built_for(make_config, lines, parts):
    cfg = load_config(make_config(lines + '\n'))
    check_config(cfg)
    # Only a forward pass shows it.
    stream = torch.zeros(1, 10, 16)
    feats = AVFeatures(audio=stream, visual=stream, spatial_audio=stream, patches=torch.zeros(1, 10, 4, 16), text=torch.zeros(1, 16),
                       valid=torch.ones(1, 10, dtype=torch.bool))
    with pytest.raises(ValueError) as caught:
        MODELS.build(cfg.model.heads.ave)(MODELS.build(cfg.model.necks[0])(feats))
    expect(explain(caught.value), *parts)


def test_9_unregistered_name(make_config):
    expect(check(make_config("model.necks[0].type = 'TaskPromtGuidance'\n")), "'TaskPromtGuidance' is not registered "
                                                                              "in MODELS", 'scope searched: avreg',
           "did you mean 'TaskPromptGuidance'", 'at model.necks.0.type in', 'recipe.py:7', 'plugins.<name>')


def test_10_class_that_is_not_there(make_config):
    expect(check(make_config('from avreg.models.heads import ParsinHead\nmodel.heads.ave.type = ParsinHead\n')),
           "recipe.py:7: avreg.models.heads has no 'ParsinHead'; did you mean 'ParsingHead'",
           'at model.heads.ave.type in', 'recipe.py:8')


def test_11_helper_that_its_base_has_used(make_config):
    expect(check(make_config("ave_root = '/data/AVE'\n")), "recipe.py:7: 'ave_root'", 'would do nothing',
           'parts/base.py', 'set the keys that were made from it')


def test_12_key_that_mmengine_reads_itself(make_config):
    expect(check(make_config('optim_wrapper.clip_gard = dict(max_norm=1)\n')), "OptimWrapper has no keyword "
                                                                               "'clip_gard'; did you mean 'clip_grad'",
           'at optim_wrapper.clip_gard in', 'recipe.py:7')


@pytest.mark.parametrize('arguments, parts', [
    (['{config}', '--cfg-options', 'model.hed.ave.x=1'], ["did you mean 'model.heads'"]),
    (['{config}', '--cfg-options', 'train_dataloader.dataset.split=tran'],
     ["'tran'", "'train'", 'at train_dataloader.dataset.split, given by --cfg-options']),
    (['{config}x'], ['does not exist']),
])
def test_train_prints_the_message_alone(make_config, tmp_path, arguments, parts):
    config = str(make_config())
    env = {**os.environ, 'PYTHONPATH': str(REPO), 'OMP_NUM_THREADS': '1'}
    result = subprocess.run(
        [sys.executable,
         str(REPO / 'tools/train.py'), *(a.replace('{config}', config) for a in arguments)],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300)
    assert result.returncode == 2 and 'Traceback' not in result.stderr, result.stderr
    expect(result.stderr, *parts)
