"""check_config: finds what is wrong, says where, and lets everything pass that works."""
import functools

import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate

from avreg.config import ConfigError, check_config, explain, load_config
from avreg.registry import MODELS


def assert_passes(cfg):
    """Nothing is found, and nothing is changed."""
    before = cfg.to_dict()
    check_config(cfg)
    assert cfg.to_dict() == before


def test_a_whole_config_passes(make_config):
    assert_passes(load_config(make_config()))


@pytest.mark.parametrize('lines, message', [
    ("model.heads.ave.type = 'EventLocalisationHead'\n", r"'EventLocalisationHead' is not registered in MODELS "
     r"\(scope searched: avreg > mmengine\); "
     r"did you mean 'EventLocalizationHead'.*\n  at model.heads.ave.type in .*recipe.py:7"),
    ("model.heads.ave.type = 'mmseg.FPNHed'\n", r"'mmseg.FPNHed' is not registered in MODELS \(scope searched: "
     r"mmseg\); did you mean 'FPNHead'"),
    ("model.heads.ave.type = 'nowhere.Head'\n", r"'nowhere.Head' was not found: importing nowhere fails"),
    ('model.heads.ave.drpout = 0.1\n', r"EventLocalizationHead has no keyword 'drpout'; did you mean 'dropout'\?\n  "
     r"at model.heads.ave.drpout in .*recipe.py:7"),
    ("train_dataloader.dataset.data_rot = 'x'\n", r"AVE has no keyword 'data_rot'; did you mean 'data_root'\?"),
    ('train_dataloader.bach_size = 2\n', r"train_dataloader has no key 'bach_size'; did you mean 'batch_size'"),
    ('train_dataloader.pop("sampler")\n', r"train_dataloader needs 'sampler'"),
    ('train_cfg.max_epoch = 2\n', r"train_cfg has no key 'max_epoch'; did you mean 'max_epochs'"),
    ('val_cfg = dict(by_epoch=True)\n', r"val_cfg has no key 'by_epoch'"),
    ('optim_wrapper.clip_gard = dict()\n', r"OptimWrapper has no keyword 'clip_gard'; did you mean 'clip_grad'"),
    ('optim_wrapper.optimizer.weight_deacy = 0.1\n', r"AdamW has no keyword 'weight_deacy'; did you mean "
     r"'weight_decay'"),
    ('optim_wrapper.paramwise_cfg = dict(norm_decay=0)\n', r"paramwise_cfg has no key 'norm_decay'; did you mean "
     r"'norm_decay_mult'"),
    ('param_scheduler[1].update(Tmax=3)\n', r"CosineAnnealingLR has no keyword 'Tmax'; did you mean 'T_max'"),
    ('default_hooks.checkpoint.max_keep_ckpt = 3\n', r"CheckpointHook has no keyword 'max_keep_ckpt'; did you mean "
     r"'max_keep_ckpts'"),
    ("default_hooks.update(checkpont=dict(type='CheckpointHook'))\n", r"default_hooks has no hook 'checkpont'; did "
     r"you mean 'checkpoint'"),
    ("custom_hooks = [dict(tpye='EMAHook')]\n", r"custom_hooks.0 needs a 'type'"),
    ('randomness.sed = 3\n', r"randomness has no key 'sed'; did you mean 'seed'"),
    ('env_cfg = dict(mp_cfg=dict(mp_start_metod="fork"))\n', r"env_cfg.mp_cfg has no key 'mp_start_metod'; did you "
     r"mean 'mp_start_method'"),
    ('env_cfg = 3\n', r'env_cfg has to be a dict, not 3'),
    ('auto_scale_lr = dict(enable=True, base_bach_size=2)\n', r"did you mean 'base_batch_size'"),
    ("val_evaluator = [dict(type='AVEAcuracy')]\n", r"'AVEAcuracy' is not registered in METRICS .*did you mean "
     r"'AVEAccuracy'"),
    ("visualizer = dict(type='Visualizer', vis_backends=[dict(type='LocalVisBackends')])\n",
     r"did you mean 'LocalVisBackend'(.|\n)*at visualizer.vis_backends.0.type"),
    ("model.backbones.visual.pop('width')\n", r"FeatureIdentity needs 'width'; model.backbones.visual holds "
     r"\['type', 'field'\]"),
    ("test_cfg = dict(type='SilentTestLoop', silent=['ave', 'avee'])\ntest_evaluator = dict(type='BenchmarkEvaluator', "
     "metrics=dict(ave=dict(type='AVEAccuracy')))\n", r"test_cfg.silent names 'avee', but test_evaluator has metrics for "
     r"\['ave'\] only; did you mean 'ave'\?\n  at test_cfg.silent.1 in .*recipe.py:7"),
    ("test_cfg = dict(type='SilentTestLoop', silent='ave')\n", r"test_cfg.silent is a list of benchmarks, not 'ave'"),
    ("test_cfg = dict(type='SilentTestLoop', silent=['ave'])\ntest_evaluator = [dict(type='AVEAccuracy')]\n",
     r'test_cfg.silent needs a BenchmarkEvaluator as test_evaluator'),
    ('model.heads.ave.type = 3\n', r'model.heads.ave.type is a class, a function or the name of one, not 3'),
])
def test_what_is_wrong_is_named(make_config, lines, message):
    with pytest.raises(ConfigError, match=message):
        check_config(load_config(make_config(lines)))


def test_classes_that_cannot_be_imported(make_config):
    with pytest.raises(ConfigError, match=r"recipe.py:7: avreg.models.heads has no 'EventLocalHead'; did you mean "
                                          r"'EventLocalizationHead'"):
        check_config(load_config(make_config('from avreg.models.heads import EventLocalHead\nmodel.heads.ave.type = '
                                             'EventLocalHead\n')))
    with pytest.raises(ConfigError, match=r"recipe.py:7: avreg.models has no 'ParsingHead'; it is in "
                                          r"avreg.models.heads"):
        check_config(load_config(make_config('from avreg.models import ParsingHead\nmodel.heads.ave.type = '
                                             'ParsingHead\n')))
    with pytest.raises(ConfigError, match=r"recipe.py:7: `from no_such_package import Head` fails: "
                                          r"ModuleNotFoundError"):
        check_config(load_config(make_config('from no_such_package import Head\nmodel.heads.ave.type = Head\n')))


def test_all_mistakes_are_told_at_once(make_config):
    with pytest.raises(ConfigError) as caught:
        check_config(load_config(make_config('model.heads.ave.drpout = 0.1\nrandomness.sed = 3\n')))
    assert "'drpout'" in str(caught.value) and "'sed'" in str(caught.value)


def test_the_place_is_where_the_base_says_it(make_config):
    cfg = load_config(make_config('model.heads.ave.channels = 8\n'))
    cfg.train_dataloader.dataset.type = 'AVEE'
    with pytest.raises(ConfigError, match=r"at train_dataloader.dataset.type in .*parts/base.py:23"):
        check_config(cfg)


@pytest.mark.parametrize('lines', [
    "model.heads.seg = dict(type='mmseg.FPNHead', in_channels=[8], in_index=[0], feature_strides=[4], channels=8, "
    "num_classes=2)\n",
    "model.heads.seg = dict(type='mmseg.FCNHead', num_convs=1, in_channels=8, in_index=0, channels=8, num_classes=2,\n"
    "    norm_cfg=dict(type='SyncBN', requires_grad=True), loss_decode=dict(type='CrossEntropyLoss', "
    "loss_weight=1.0))\n",
    "from torch.nn import Conv2d\nmodel.heads.other = dict(type=Conv2d, in_channels=1, out_channels=1, "
    "kernel_size=1)\n",
    "model.init_cfg = dict(type='Xavier', layer='Linear', distribution='uniform')\n",
    "custom_hooks = [dict(type='EMAHook', momentum=1e-3, priority=49), dict(type='mmengine.EarlyStoppingHook', "
    "monitor='score')]\n",
    "val_evaluator = dict(type='AVEAccuracy')\n",
    "val_evaluator = [dict(type='AVEAccuracy', benchmark='ave')]\n",
    "test_evaluator = dict(type='BenchmarkEvaluator', metrics=dict(ave=dict(type='AVEAccuracy')))\n",
    'train_cfg = dict(by_epoch=False, max_iters=3, val_begin=1)\n',
    "train_cfg = dict(type='IterBasedTrainLoop', max_iters=3)\n",
    "optim_wrapper.type = 'AmpOptimWrapper'\noptim_wrapper.dtype = 'bfloat16'\n",
    "optim_wrapper.paramwise_cfg = dict(custom_keys={'backbones.audio': dict(lr_mult=0.1)}, norm_decay_mult=0.0)\n",
    "train_dataloader.update(batch_sampler=dict(type='DefaultBatchSampler') if False else None, "
    "collate_fn=dict(type='pseudo_collate'))\n",
    "train_dataloader.update(persistent_workers=False, pin_memory=True, num_batch_per_epoch=3)\n",
    "train_dataloader.dataset = dict(type='RepeatDataset', times=2, dataset=train_dataloader.dataset)\n",
    "visualizer = dict(type='Visualizer', name='v', vis_backends=[dict(type='LocalVisBackend')])\n",
    "model_wrapper_cfg = dict(find_unused_parameters=True)\nsync_bn = 'torch'\ncompile = True\n",
    "model_wrapper_cfg = dict(type='MMFullyShardedDataParallel', cpu_offload=True)\n",
    'val_cfg = None\nval_dataloader = None\nval_evaluator = None\nparam_scheduler = None\n',
    'val_cfg = dict()\ntest_cfg = dict(fp16=True)\n',
    "test_cfg = dict(type='SilentTestLoop')\n",
    "test_cfg = dict(type='SilentTestLoop', silent=['ave'])\ntest_evaluator = dict(type='BenchmarkEvaluator', "
    "metrics=dict(ave=dict(type='AVEAccuracy')))\n",
    "env_cfg = dict(cudnn_benchmark=True, mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0), "
    "dist_cfg=dict(backend='nccl', timeout=9))\n",
    "runner_type = 'FlexibleRunner'\nstrategy = dict(type='DDPStrategy')\n",
    "log_processor = dict(window_size=3, by_epoch=False)\nlog_level = 'INFO'\nlauncher = 'none'\nexperiment_name = "
    "'e'\n",
    "param_scheduler = dict(type='PolyLR', power=0.9)\n",
])
def test_what_works_is_not_rejected(make_config, lines):
    assert_passes(load_config(make_config(lines)))


class TakesAnything(torch.nn.Module):
    """Hands its keywords on to who knows whom."""

    def __init__(self, width, **settings):
        super().__init__()
        self.settings = dict(settings)


class HandsOn(TakesAnything):
    """Hands its keywords to a class that takes any."""

    def __init__(self, depth=1, **kwargs):
        super().__init__(**kwargs)


class Closed(torch.nn.Linear):
    """Hands its keywords to a class with a closed signature."""

    def __init__(self, depth=1, **kwargs):
        super().__init__(**kwargs)


def make_linear(width, bias=True):
    """A function that builds."""
    return torch.nn.Linear(width, width, bias)


@pytest.mark.parametrize('part', [
    dict(type=TakesAnything, width=1, whatever=2),
    dict(type=HandsOn, width=1, whatever=2),
    dict(type=Closed, in_features=1, out_features=2),
    dict(type=make_linear, width=3, bias=False),
    dict(type=functools.partial(make_linear, width=3), bias=False),
    dict(type=TakesAnything, width=1, curve=dict(type='linear', slope=2), norm_cfg=dict(type='BN', requires_grad=True)),
    dict(type=TakesAnything, width=1, options=dict(type=3)),
    dict(type=TakesAnything, width=1, collate=pseudo_collate),
])
def test_any_callable_may_be_a_type(part):
    assert_passes(Config(dict(model=part, default_scope='avreg')))
    made = part['type'] if isinstance(part['type'], type) else torch.nn.Linear
    assert type(MODELS.build(dict(part))) is made


@pytest.mark.parametrize('part, keyword', [
    (dict(type=Closed, in_features=1, out_features=2, bais=True), 'bias'),
    (dict(type=make_linear, widht=3), 'width'),
    (dict(type=functools.partial(make_linear, width=3), bais=False), 'bias'),
])
def test_keywords_are_followed_through(part, keyword):
    with pytest.raises(ConfigError, match=f"did you mean '{keyword}'"):
        check_config(Config(dict(model=part, default_scope='avreg')))
    with pytest.raises(ConfigError, match=f"did you mean '{keyword}'"):
        MODELS.build(dict(part))


def test_unknown_top_level_key_of_a_config_in_memory():
    with pytest.raises(ConfigError, match="'modle' is not a config key; did you mean 'model'"):
        check_config(Config(dict(modle=dict())))


def test_errors_of_components_get_their_place(make_config):
    cfg = load_config(make_config("model.heads.ave.supervision = 'weekly'\n"))
    check_config(cfg)
    with pytest.raises(ValueError, match='weekly') as caught:
        MODELS.build(cfg.model)
    assert explain(caught.value).endswith(f'at model.heads.ave.supervision in {cfg.filename}:7')


@pytest.mark.parametrize('lines, message', [
    ("model.heads.ave = dict(typ='EventLocalizationHead', channels=16)", "model.heads.ave needs a 'type'.*was this meant as type: 'typ'"),
    ('model.heads.ave = None', "model.heads.ave has to be a dict with a 'type', not None"),
    ('model.necks = [None]', "model.necks.0 has to be a dict with a 'type', not None"),
    ("model.heads.avee = dict(type='EventLocalizationHead', channels=16)", "model.heads.avee serves 'avee', which is not a benchmark; did you mean 'ave'"),
    ("model.only = dict(visual=['avs_s5'])", "model.only.visual names 'avs_s5', which is not a benchmark; did you mean 'avs_s4'"),
    ('train_cfg = dict(type="IterBasedTrainLoop", max_iters=-3)', 'train_cfg.max_iters is -3, and has to be 1 or more'),
    ("log_level = 'DEBG'", "log_level='DEBG' is no level of logging; did you mean 'DEBUG'"),
    ("test_dataloader = train_dataloader\ntest_evaluator = dict(type='BenchmarkEvaluator', metrics=dict(llp=dict(type='LLPFScores')))",
     "test_dataloader reads ave, but test_evaluator has no metric for it, only for .'llp'."),
    ("test_evaluator = dict(type='BenchmarkEvaluator', metrics=dict(avee=dict(type='AVEAccuracy')))",
     "test_evaluator.metrics names 'avee', which is not a benchmark; did you mean 'ave'"),
    ("optim_wrapper.update(constructor='MergedGroupsConstructor', clip_gard=1)", "OptimWrapper has no keyword 'clip_gard'; did you mean 'clip_grad'"),
    ("optim_wrapper.update(constructor='MergedGroupsConstructor', paramwise_cfg=dict(custom_key={}))",
     "optim_wrapper.paramwise_cfg has no key 'custom_key'; did you mean 'custom_keys'"),
    ("optim_wrapper.update(constructor='MergedGroupsConstructor', optimizer=dict(type='AdmW'))", "'AdmW' is not registered in OPTIMIZERS.*'AdamW'")])
def test_what_would_fail_late_or_never(make_config, lines, message):
    with pytest.raises(ConfigError, match=f'(?s){message}'):
        check_config(load_config(make_config(lines + '\n')))
