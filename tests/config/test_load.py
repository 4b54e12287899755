"""load_config: bases, helper names, imports."""
import sys

import pytest
from mmengine.config import ConfigDict

from avreg.config import ConfigError, load_config

from .conftest import BASE, TOP


def test_only_keys_stay(make_config):
    cfg = load_config(make_config('_note = 1\nmodel.heads.ave.dropout = 0.5\n'))
    assert cfg.model.heads.ave.dropout == 0.5
    assert not {'_note', 'lr', 'ave_root', 'ave_train', 'AVModel', 'unread_by_this_base'} & set(cfg.keys())
    assert cfg.train_dataloader.dataset.data_root == 'data/ave'
    assert cfg.optim_wrapper.optimizer.lr == 1e-3


def test_default_scope_is_avreg_unless_given(make_config):
    assert load_config(make_config(base=BASE.replace("default_scope = 'avreg'\n", ''))).default_scope == 'avreg'
    assert load_config(make_config("default_scope = 'mmseg'\n")).default_scope == 'mmseg'


def test_dumped_config_loads_again(make_config, tmp_path):
    cfg = load_config(make_config())
    dumped = tmp_path / 'dumped.py'
    cfg.dump(dumped)
    again = load_config(dumped)
    assert again.model.type == 'avreg.models.AVModel'
    assert again.optim_wrapper.optimizer.betas == (0.9, 0.98)


@pytest.mark.parametrize('lines, message', [
    ('train_dataloder = dict()\n', r"recipe.py:7: 'train_dataloder' is not a config key .* did you mean "
                                   r"'train_dataloader'"),
    ('train_dataloder = dict()\ntrain_dataloder.update(batch_size=3)\n', r"recipe.py:7: 'train_dataloder' is not a "
                                                                         r"config key"),
    ("ave_root = '/data/AVE'\n", r"recipe.py:7: 'ave_root' .*\n.*parts/base.py has used its own 'ave_root' already"),
    ('model.hed.ave.dropout = 0.1\n', r"recipe.py:7: .*'hed'; did you mean 'heads'"),
    ("model['hed']['ave'] = 0.1\n", r"recipe.py:7: .*'hed'; did you mean 'heads'"),
    ('modl.heads.ave.dropout = 0.1\n', r"recipe.py:7: NameError: name 'modl' .* did you mean 'model'"),
    ('model.heads = dict(\n', r'recipe.py:7: .*was never closed'),
    ("_base_ = ['./parts/base.py']\n", r'recipe.py:7: .*older style'),
])
def test_mistakes_in_the_file(make_config, lines, message):
    with pytest.raises(ConfigError, match=message):
        load_config(make_config(lines))


def test_a_name_like_no_key_is_a_warning(make_config):
    with pytest.warns(UserWarning, match=r"recipe.py:7: 'zzz' is not a config key .* start it with _"):
        load_config(make_config('zzz = 3\n'))


def test_a_slip_in_a_base(make_config):
    with pytest.raises(ConfigError, match=r"parts/base.py:34: 'train_dataloder' .* did you mean 'train_dataloader'"):
        load_config(make_config(base=BASE + 'train_dataloder = dict()\n'))


@pytest.mark.parametrize('lines, line', [
    ("ave_train.data_root = '/data/AVE'\n", 7),
    ("ave_train['splitt'] = 'x'\n", 7),
    ("ave_train.pipeline.append(dict(type='Nothing'))\n", 7),
    ("ave_train.update(split='val')\n", 7),
    ("del ave_train['split']\n", 7),
    ('ave_train.pipeline = ave_train.pipeline[1:]\n', 7),
    ("for i in range(2):\n    ave_train.split = 'val'\n", 8),
])
def test_a_used_helper_changed_in_place(make_config, lines, line):
    with pytest.raises(ConfigError, match=rf"recipe.py:{line}: 'ave_train' .* would do nothing\n.*parts/base.py has used its own 'ave_train' already"):
        load_config(make_config(lines))


@pytest.mark.parametrize('lines', [
    "ave_train.split = 'val'\ntrain_dataloader.dataset = ave_train\n",
    "train_dataloader.dataset = ave_train\nave_train.split = 'val'\n",
    "ave_train.split = 'val'\ntrain_dataloader.update(dataset=ave_train)\n",
    "def _take():\n    return ave_train\n\n\nave_train.split = 'val'\ntrain_dataloader.dataset = _take()\n",
])
def test_a_helper_changed_in_place_and_used_here(make_config, lines):
    assert load_config(make_config(lines)).train_dataloader.dataset.split == 'val'


@pytest.mark.parametrize('lines', [
    '_width = 8\nmodel.heads.ave.channels = _width\n',
    'width = 8\nmodel.heads.ave.channels = width\n',
    'width = 8\n\n\ndef _double(x):\n    return 2 * x\n\n\nmodel.heads.ave.channels = _double(width)\n',
    'for i in range(2):\n    model.necks.append(dict(type="TaskPromptGuidance", channels=16 * (i + 1)))\n',
    'for i in range(2):\n    model.necks.append(dict(type="TaskPromptGuidance", channels=16))\n',
    'def unused():\n    pass\n',
    'import math\nmodel.heads.ave.dropout = math.sqrt(0.25)\n',
    'necks = [dict(type="TaskPromptGuidance", channels=c) for c in (8, 16)]\nmodel.update(necks=necks)\n',
    'model.heads.ave.channels = unread_by_this_base\n',
])
def test_helpers_that_work_are_accepted(make_config, lines):
    assert isinstance(load_config(make_config(lines)).model, ConfigDict)


@pytest.mark.parametrize('old, new, message', [
    ('.parts.base import *', '.parts.bases import *', r"recipe.py:5: the base '.parts.bases' does not exist: "
                                                      r".*bases.py; did you mean '.*base.py'"),
    ('.parts.base import *', '.part.base import *', r"recipe.py:5: the base '.part.base' does not exist.*did you "
                                                    r"mean '.*parts/base.py'"),
    ('.parts.base import *', '.parts.base import modle', r"recipe.py:5: the base .*base.py has no 'modle'; did you "
                                                         r"mean 'model'"),
    ('.parts.base import *', '.recipe import *', r"recipe.py:5: the base '.recipe' leads back"),
    ('.parts.base import *', 'avreg.configs.avunified.all_task import *', r"the base .* does not exist.*did you mean "
                                                                          r"'.*all_tasks.py'"),
    ('.parts.base import *', 'no_such_package.configs.x import *', r"'no_such_package', which is not an installed "
                                                                   r"package"),
])
def test_missing_bases(make_config, old, new, message):
    path = make_config()
    path.write_text(TOP.replace(old, new))
    with pytest.raises(ConfigError, match=message):
        load_config(path)


def test_missing_config(make_config):
    path = make_config()
    with pytest.raises(ConfigError, match=r"recipes.py' does not exist; did you mean '.*recipe.py'"):
        load_config(path.with_name('recipes.py'))
    with pytest.raises(ConfigError, match='not a Python file'):
        path.with_name('recipe.yaml').write_text('model: 1')
        load_config(path.with_name('recipe.yaml'))


def test_custom_imports(make_config, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / 'imported_by_config.py').write_text('VALUE = 1\n')
    load_config(make_config("custom_imports = dict(imports=['imported_by_config'])\n"))
    assert sys.modules['imported_by_config'].VALUE == 1
    with pytest.raises(ConfigError, match=r'custom_imports failed.*no_such_module(.|\n)*at custom_imports.imports in '
                                          r'.*recipe.py:7'):
        load_config(make_config("custom_imports = dict(imports=['no_such_module'])\n"))
    with pytest.raises(ConfigError, match=r"custom_imports has no key 'import'; did you mean 'imports'"):
        load_config(make_config("custom_imports = {'import': ['json']}\n"))
