"""The registries: names, scopes, errors."""
import importlib
import inspect
from pathlib import Path

import pytest
from mmengine.registry import DefaultScope, Registry, root

from avreg._registry_base import AVRegistry
from avreg.errors import ConfigError, did_you_mean, nearest
from avreg.listing import list_modules
from avreg.registry import DATASETS, HOOKS, MODELS, OPTIMIZERS, PARAM_SCHEDULERS, REGISTRIES
from avreg.signature import accepted_keywords


def test_every_root_has_a_child_in_scope_avreg():
    roots = {label: registry for label, registry in vars(root).items() if isinstance(registry, Registry)}
    assert set(REGISTRIES) == set(roots)
    for label, registry in REGISTRIES.items():
        assert registry.parent is roots[label] and registry.scope == 'avreg' and registry.label == label


@pytest.mark.parametrize('label', REGISTRIES)
def test_every_location_imports(label):
    assert REGISTRIES[label]._locations
    for location in REGISTRIES[label]._locations:
        importlib.import_module(location)


def test_names_and_scopes():
    from avreg.models import AVModel
    from mmengine.hooks import CheckpointHook
    assert MODELS.get('AVModel') is MODELS.get('avreg.AVModel') is MODELS.get(
        'avreg.models.av_model.AVModel') is AVModel
    assert root.MODELS.get('avreg.AVModel') is AVModel
    assert HOOKS.get('CheckpointHook') is HOOKS.get('mmengine.CheckpointHook') is CheckpointHook
    assert MODELS.get('mmseg.FPNHead').__module__.startswith('mmseg.')
    assert 'AVModel' in MODELS and 'NoSuchModel' not in MODELS and MODELS.find('NoSuchModel') is None


def test_the_roots_build_through_avreg_under_its_default_scope():
    with DefaultScope.overwrite_default_scope('avreg'):
        assert type(root.MODELS.build(dict(type='AVDataPreprocessor'))).__module__.startswith('avreg.')
        with pytest.raises(ConfigError, match="did you mean 'AVDataPreprocessor'"):
            root.MODELS.build(dict(type='AVDataPreproccesor'))


@pytest.mark.parametrize('registry, name, message', [
    (MODELS, 'avmodel', r"'avmodel' is not registered in MODELS \(scope searched: avreg > mmengine\); did you mean "
                        r"'AVModel'"),
    (MODELS, 'avreg.AVModle', r"\(scope searched: avreg\); did you mean 'AVModel'"),
    (MODELS, 'mmseg.FPNHed', r"\(scope searched: mmseg\); did you mean 'FPNHead'"),
    (MODELS, 'no_such_scope.Head', r"'no_such_scope.Head' was not found: importing no_such_scope fails.*scopes known "
                                   r"here: avreg"),
    (HOOKS, 'ChekpointHook', r"in HOOKS .* did you mean 'CheckpointHook'"),
    (DATASETS, 'Zzz', r"in DATASETS .*; valid: .*AVE"),
])
def test_unknown_names(registry, name, message):
    with pytest.raises(ConfigError, match=message):
        registry.get(name)
    with pytest.raises(ConfigError, match=message):
        registry.build(dict(type=name))


def test_unknown_keyword():
    with pytest.raises(ConfigError, match=r"EventLocalizationHead has no keyword 'chanels'; did you mean "
                                          r"'channels'\?\n  its keywords: channels, "):
        MODELS.build(dict(type='EventLocalizationHead', chanels=4))
    with pytest.raises(ConfigError, match="did you mean 'T_max'"):
        PARAM_SCHEDULERS.build(dict(type='CosineAnnealingLR', Tmax=4))


def test_what_a_build_function_takes_out_is_no_mistake():
    import torch
    optimizer = OPTIMIZERS.build(dict(type='SGD', lr=0.1), default_args=dict(params=[torch.zeros(1)]))
    scheduler = PARAM_SCHEDULERS.build(dict(type='CosineAnnealingLR', T_max=4, convert_to_iter_based=True),
                                       default_args=dict(optimizer=optimizer, epoch_length=5))
    assert scheduler.T_max == 20


def test_a_taken_name_says_by_whom():
    registry = AVRegistry('model', scope='test', locations=[])
    registry.register_module(name='Head', module=dict)
    with pytest.raises(ConfigError, match="'Head' is already registered in .* by builtins; .*: rename one of them"):
        registry._register_module(list, 'Head')
    registry.register_module(name='Head', module=list, force=True)
    assert registry.module_dict['Head'] is list


def test_nearest_names():
    assert nearest('EVENTLOCALIZATIONHEAD', ['ParsingHead', 'EventLocalizationHead']) == ['EventLocalizationHead']
    assert did_you_mean('zzz', ['a', 'b']) == '; valid: a, b'
    assert did_you_mean('zzz', map(str, range(100))) == ''


class Base:
    def __init__(self, a, b=1):
        pass


class HandsOn(Base):
    def __init__(self, c, **kwargs):
        super().__init__(**kwargs)


class AlsoReads(Base):
    def __init__(self, c, **kwargs):
        kwargs.pop('d', None)
        super().__init__(**kwargs)


class Inherits(HandsOn):
    pass


def test_accepted_keywords():
    assert accepted_keywords(Base) == {'a', 'b'}
    assert accepted_keywords(HandsOn) == accepted_keywords(Inherits) == {'a', 'b', 'c'}
    assert accepted_keywords(AlsoReads) is None
    assert accepted_keywords(dict) is None
    assert accepted_keywords(lambda x, *, y: x) == {'x', 'y'}


def test_list_modules():
    names = {row.name for row in list_modules('*HEAD*')}
    assert {'EventLocalizationHead', 'ParsingHead', 'QuestionAnsweringHead', 'CosineLocalizationHead'
            } <= names and 'AVModel' not in names
    row, = list_modules('models.eventlocalizationhead')
    assert (row.registry, row.scope, row.plugin) == ('MODELS', 'avreg', '')
    assert Path(row.file).name == 'event_localization_head.py' and row.summary
    row, = list_modules('CosineLocalizationHead')
    assert row.plugin == 'example'
    assert 'CheckpointHook' in {row.name
                                for row in list_modules('hooks.*', roots=True)
                                } - {row.name
                                     for row in list_modules('hooks.*')}


@pytest.mark.parametrize('row', list_modules(), ids=lambda row: f'{row.registry}.{row.name}')
def test_everything_registered_is_documented(row):
    assert row.summary, f'{row.name} in {row.file} has no docstring'
    assert inspect.isclass(row.target) or callable(row.target)


@pytest.mark.parametrize('registry, path', [(root.FUNCTIONS, 'avreg.datasets.collate_clips'), (MODELS, 'avreg.models.heads.ParsingHead'),
                                            (root.MODELS, 'avreg.models.heads.ParsingHead')])
def test_full_paths_as_in_the_config_that_a_run_dumps(registry, path):
    assert registry.get(path).__name__ == path.rpartition('.')[2]
