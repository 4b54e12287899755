"""Plugins: found in three places, broken ones set aside, the example copied, an installed one trained with."""
from __future__ import annotations

import os
import pickle
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from avreg.errors import ConfigError
from avreg.new_plugin import copy_example
from avreg.plugin import list_plugins, load_plugins
from avreg.registry import MODELS

REPO = Path(__file__).resolve().parents[1]
HEAD = '''
from mmengine.model import BaseModule
from avreg.registry import MODELS


@MODELS.register_module()
class {name}(BaseModule):
    """A head of a test."""
'''


def write_plugin(folder: Path, name: str, head: str, more: str = '') -> Path:
    """A plugin with one head, and ``more`` code after it."""
    package = folder / name
    package.mkdir(parents=True)
    (package / '__init__.py').write_text('from .head import *\n')
    (package / 'head.py').write_text(HEAD.format(name=head) + more)
    return package


def run_python(code: str, *folders: Path, path: Path | None = None) -> subprocess.CompletedProcess:
    """Run ``code`` in a new process with ``folders`` in AVREG_PLUGINS and ``path`` on sys.path."""
    env = {**os.environ, 'AVREG_PLUGINS': os.pathsep.join(map(str, folders)), 'OMP_NUM_THREADS': '1'}
    env['PYTHONPATH'] = os.pathsep.join([str(REPO)] + ([str(path)] if path else []))
    return subprocess.run(
        [sys.executable, '-W', 'always', '-c', textwrap.dedent(code)],
        env=env,
        capture_output=True,
        text=True,
        timeout=300)


def install(target: Path, name: str, files: dict[str, str], entry_points: str) -> None:
    """Make a wheel and install it with pip into ``target``."""
    wheel = target.parent / f'{name}-1.0-py3-none-any.whl'
    info = f'{name}-1.0.dist-info'
    files = {
        **files, f'{info}/METADATA': f'Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n',
        f'{info}/WHEEL': 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
        f'{info}/entry_points.txt': entry_points
    }
    record = ''.join(f'{file},,\n' for file in [*files, f'{info}/RECORD'])
    with zipfile.ZipFile(wheel, 'w') as archive:
        for file, text in {**files, f'{info}/RECORD': record}.items():
            archive.writestr(file, text)
    subprocess.run([
        sys.executable, '-m', 'pip', 'install', '--quiet', '--no-deps', '--no-index', '--target',
        str(target),
        str(wheel)
    ],
                   check=True,
                   timeout=300)


def test_the_checkout_has_the_example():
    load_plugins()
    record = next(record for record in list_plugins() if record.name == 'example')
    assert (record.module, record.source, record.status, record.error) == ('plugins.example', 'checkout', 'loaded', '')
    head = MODELS.get('CosineLocalizationHead')
    assert head.__module__.startswith('plugins.example.')
    assert pickle.loads(pickle.dumps(head)) is head


def test_folders_of_the_environment(tmp_path):
    write_plugin(tmp_path / 'a', 'first', 'FirstHead')
    write_plugin(tmp_path / 'b', 'second', 'SecondHead')
    result = run_python(
        """
        from avreg.registry import MODELS
        print(MODELS.get('FirstHead').__module__, MODELS.get('SecondHead').__module__)
        from plugins.second.head import SecondHead
        assert SecondHead is MODELS.get('SecondHead')
        """, tmp_path / 'a', tmp_path / 'b', tmp_path / 'missing')
    assert result.stdout.split() == ['plugins.first.head', 'plugins.second.head'], result.stderr
    assert "missing', which is not a folder; it is left out" in result.stderr


def test_broken_plugins_stop_nobody(tmp_path):
    faults = {
        'raises': ('raise RuntimeError("no such camera")', 'RuntimeError: no such camera'),
        'imports': ('import no_such_package', "ModuleNotFoundError: No module named 'no_such_package'"),
        'parses': ('def broken(:', 'SyntaxError'),
        'leaves': ('import sys; sys.exit(3)', 'SystemExit: 3'),
    }
    for name, (fault, _) in faults.items():
        write_plugin(tmp_path, name, f'Head_{name}', f'\n{fault}\n')
    write_plugin(tmp_path, 'whole', 'WholeHead')
    result = run_python(
        """
        from avreg.registry import HOOKS, MODELS
        from avreg.plugin import list_plugins
        MODELS.get('WholeHead'), MODELS.get('AVModel'), HOOKS.get('EMAHook')
        assert not any(name.startswith('Head_') for name in MODELS.module_dict)
        print(sorted(r.name for r in list_plugins() if r.status == 'broken'))
        for name in ('Head_raises', 'Head_imports', 'Head_parses', 'Head_leaves', 'NobodysHead'):
            try:
                MODELS.get(name)
            except ValueError as error:
                print(error, end='@')
        """, tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("['imports', 'leaves', 'parses', 'raises']")
    *messages, about_nobody, _ = result.stdout.split('@')
    for (name, (_, error)), message in zip(faults.items(), messages):
        assert f"'Head_{name}' is not registered in MODELS" in message
        assert f'plugin {name!r} mentions it, but failed to import' in message and error in message
        assert result.stderr.count(f'plugin {name!r} (') == 1, 'warned about once'
    assert 'mentions it' not in about_nobody
    assert 'plugins that failed to import: imports, leaves, parses, raises' in about_nobody


def test_a_broken_plugin_takes_nothing_with_it(tmp_path):
    """Neither a class of avreg's that it replaced, nor another plugin that it imported; and what it registered goes, whatever it is."""
    write_plugin(tmp_path, 'cam', 'CamHead', """
import torch
from plugins.cam_extra.head import CamExtraHead
MODELS.register_module(name='ForeignLinear', module=torch.nn.Linear)


@MODELS.register_module(force=True)
class ParsingHead(BaseModule):
    pass


raise OSError('no camera')
""")
    write_plugin(tmp_path, 'cam_extra', 'CamExtraHead')
    done = run_python("""
        from avreg.plugin import list_plugins
        from avreg.registry import MODELS
        print(MODELS.get('ParsingHead').__module__, MODELS.get('CamExtraHead').__module__)
        print([name for name in ('CamHead', 'ForeignLinear') if MODELS.find(name)])
        print({r.name: r.status for r in list_plugins() if r.name.startswith('cam')})
        """, tmp_path)
    assert done.stdout.splitlines() == ['avreg.models.heads.parsing_head plugins.cam_extra.head', '[]', "{'cam': 'broken', 'cam_extra': 'loaded'}"], done.stderr


def test_an_entry_point_that_names_no_module_is_left_out(tmp_path):
    site = tmp_path / 'site'
    install(site, 'empty_point', {'empty_point.py': ''}, '[avreg.plugins]\nmy-method = my-method\n')
    done = run_python("""
        from avreg.plugin import list_plugins
        from avreg.registry import MODELS
        print(MODELS.get('ParsingHead').__name__, [r.status for r in list_plugins() if r.name == 'my-method'])
        """, path=site)
    assert done.stdout.strip() == "ParsingHead ['broken']" and "my-method = 'my-method' names no module" in done.stderr, done.stderr


def test_a_config_that_needs_a_broken_plugin_says_why(tmp_path):
    write_plugin(tmp_path, 'a_broken', 'BrokenHead', '\nimport no_such_package\n')
    config = tmp_path / 'config.py'
    config.write_text('from plugins.a_broken.head import BrokenHead\nmodel = dict(type=BrokenHead)\n')
    result = run_python(
        f"""
        from avreg.config import check_config, load_config
        try:
            check_config(load_config({str(config)!r}))
        except ValueError as error:
            print(error)
        """, tmp_path)
    assert 'config.py:1: `from plugins.a_broken.head import BrokenHead` fails: ModuleNotFoundError: ' in result.stdout
    assert 'head.py:10' in result.stdout
    assert 'at model.type in' in result.stdout


def test_of_two_with_one_name_the_first_counts(tmp_path):
    write_plugin(tmp_path / 'a', 'twin', 'ElderHead')
    write_plugin(tmp_path / 'b', 'twin', 'YoungerHead')
    result = run_python(
        """
        from avreg.registry import MODELS
        from avreg.plugin import list_plugins
        print('ElderHead' in MODELS, 'YoungerHead' in MODELS, [r.status for r in list_plugins() if r.name == 'twin'])
        """, tmp_path / 'a', tmp_path / 'b')
    assert result.stdout.strip() == "True False ['loaded', 'shadowed']", result.stderr
    assert "plugin 'twin' in" in result.stderr and 'was found first. Rename or remove one of them.' in result.stderr


def test_one_file_is_one_module_under_two_names(tmp_path):
    write_plugin(tmp_path, 'single', 'SingleHead')
    result = run_python(
        """
        import avreg.registry
        import single.head
        from plugins.single.head import SingleHead
        assert single.head.SingleHead is SingleHead is avreg.registry.MODELS.get('SingleHead')
        print(single.head.__name__, single.head.__spec__.name)
        """, tmp_path, path=tmp_path)
    assert result.stdout.split() == ['plugins.single.head'] * 2, result.stderr


def test_plugins_travel_to_spawned_processes(tmp_path):
    write_plugin(tmp_path, 'traveller', 'TravellerHead')
    script = tmp_path / 'main.py'
    script.write_text(
        textwrap.dedent("""
        import multiprocessing
        from avreg.registry import MODELS

        def name_of(head):
            return type(head).__module__

        if __name__ == '__main__':
            with multiprocessing.get_context('spawn').Pool(1) as pool:
                print(pool.map(name_of, [MODELS.build(dict(type='TravellerHead'))]))
        """))
    env = {**os.environ, 'AVREG_PLUGINS': str(tmp_path), 'PYTHONPATH': str(REPO)}
    result = subprocess.run([sys.executable, str(script)], env=env, capture_output=True, text=True, timeout=300)
    assert result.stdout.strip() == "['plugins.traveller.head']", result.stderr


@pytest.mark.parametrize('name, message', [
    ('My-Method', "snake_case.*e.g. 'my_method'"),
    ('MyMethod', "e.g. 'my_method'"),
    ('3d', 'snake_case'),
    ('class', 'Python keyword'),
    ('a__b', 'snake_case'),
    ('example', "taken: there is .*plugins/example"),
    ('cosine', 'its class would be CosineLocalizationHead, which is registered already'),
])
def test_bad_and_taken_names_are_refused(tmp_path, name, message):
    with pytest.raises(ConfigError, match=message):
        copy_example(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_new_plugin_is_green_at_once(tmp_path):
    bare = {name: value for name, value in os.environ.items() if name != 'AVREG_PLUGINS'}
    result = subprocess.run(
        [sys.executable,
         str(REPO / 'tools/misc/new_plugin.py'), 'sound_compass', '--into',
         str(tmp_path)],
        env={
            **bare, 'PYTHONPATH': str(REPO)
        },
        capture_output=True,
        text=True,
        timeout=300)
    assert result.returncode == 0, result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ['sound_compass'], 'nothing temporary stays'
    files = [path for path in (tmp_path / 'sound_compass').rglob('*') if path.is_file()]
    assert {'sound_compass_localization_head.py', 'sound_compass_all_tasks.py', 'test_sound_compass.py',
            'README.md'} <= {f.name
                             for f in files}
    for file in files:
        assert 'example' not in file.read_text() and 'CosineLocalizationHead' not in file.read_text(), file
    # What was printed, and stands in its README, as a user types it somewhere else.
    command = result.stdout.partition('Its test is green now: ')[2].splitlines()[0]
    readme = (tmp_path / 'sound_compass/README.md').read_text()
    assert command in readme.splitlines() and f'{tmp_path}/sound_compass/configs/sound_compass_all_tasks.py' in readme
    assert f'{REPO}/tools/train.py' in readme
    env = {**bare, 'PATH': f"{Path(sys.executable).parent}:{os.environ['PATH']}", 'PYTHONPATH': str(REPO), 'OMP_NUM_THREADS': '1'}
    result = subprocess.run(f'{command} -q -p no:cacheprovider', shell=True, env=env, cwd=tmp_path, capture_output=True, text=True,
                            timeout=300)
    assert result.returncode == 0, result.stdout
    again = subprocess.run(
        [sys.executable,
         str(REPO / 'tools/misc/new_plugin.py'), 'sound_compass', '--into',
         str(tmp_path)],
        env={
            **os.environ, 'PYTHONPATH': str(REPO)
        },
        capture_output=True,
        text=True,
        timeout=300)
    assert again.returncode == 2 and 'taken' in again.stderr and 'Traceback' not in again.stderr


INSTALLED_HEAD = '''
import torch
from mmengine.model import BaseModule

from avreg.registry import MODELS


@MODELS.register_module()
class InstalledHead(BaseModule):
    """Classifies the sum of both modalities."""

    def __init__(self, channels):
        super().__init__()
        self.classifier = torch.nn.Linear(channels, 29)

    def loss(self, feats, samples):
        target = torch.cat([sample.gt_segments for sample in samples])
        logits = self.classifier(feats.audio + feats.visual)[feats.valid]
        return dict(loss_segment=torch.nn.functional.cross_entropy(logits, target))
'''
INSTALLED_CONFIG = '''
from mmengine.config import read_base

from avreg_installed_test.heads import InstalledHead

with read_base():
    from avreg.configs.avunified.ave import *

model.heads = dict(ave=dict(type=InstalledHead, channels=128))
data_preparation = []
train_dataloader.update(dict(batch_size=2, num_workers=0, persistent_workers=False))
train_dataloader.dataset.datasets[0].pipeline[0].folder = 'cache'
train_dataloader.dataset.datasets[0].data_root = 'avworld/ave'
train_cfg.max_iters = 2
val_cfg = val_dataloader = val_evaluator = None
test_cfg = test_dataloader = test_evaluator = None
default_hooks.checkpoint = dict(type='CheckpointHook', by_epoch=False, interval=2)
'''


def test_an_installed_plugin_trains(tmp_path):
    """A real package: pip installs its wheel, its entry point is found, its config builds on ours, its head trains."""
    site = tmp_path / 'site'
    install(site, 'avreg_installed_test', {
        'avreg_installed_test/__init__.py': 'from .heads import InstalledHead\n',
        'avreg_installed_test/heads.py': INSTALLED_HEAD,
        'avreg_installed_test/configs/installed_ave.py': INSTALLED_CONFIG,
    }, '[avreg.plugins]\navreg_installed_test = avreg_installed_test\n')
    made = run_python(f"""
        from avreg.datasets.avworld import AVWorldBuilder
        sizes = dict(ave=dict(train=4, val=1, test=1))
        AVWorldBuilder({str(tmp_path / 'avworld')!r}, seed=1, benchmarks=['ave'], sizes=sizes, workers=1).build()
        """)
    assert made.returncode == 0, made.stderr
    env = {**os.environ, 'PYTHONPATH': os.pathsep.join([str(REPO), str(site)]), 'OMP_NUM_THREADS': '1'}
    config = site / 'avreg_installed_test/configs/installed_ave.py'
    result = subprocess.run([sys.executable, str(REPO / 'tools/train.py'), str(config), '--work-dir', 'work'],
                            env=env, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stderr[-3000:]
    import torch
    checkpoint = torch.load(tmp_path / 'work/iter_2.pth', map_location='cpu', weights_only=False)
    assert any(name.startswith('heads.ave.classifier') for name in checkpoint['state_dict'])
    listed = run_python(
        """
        from avreg.listing import list_modules
        print([(row.name, row.plugin) for row in list_modules('Installed*')])
        """, path=site)
    assert listed.stdout.strip() == "[('InstalledHead', 'avreg_installed_test')]", listed.stderr
