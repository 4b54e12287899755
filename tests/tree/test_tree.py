"""What must be true of the tree as a whole."""
import ast
import importlib
import pkgutil
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from setuptools import find_packages

import avreg
from avreg import registry

REPO = Path(__file__).resolve().parents[2]
# What is generated lies in these folders of the checkout; tests/data belongs to the tree.
READMES = sorted(p for p in REPO.rglob('*.md')
                 if p.relative_to(REPO).parts[0] not in ('.venv', 'work_dirs', 'data') and '.pytest' not in str(p))
METAFILES = sorted(REPO.glob('configs/*/metafile.yml'))
# Who may know whom: a package here never imports those behind it.
FORBIDDEN = {
    'structures': ('benchmarks', 'datasets', 'models', 'evaluation', 'leaderboard', 'engine', 'visualization', 'apis', 'config'),
    'benchmarks': ('datasets', 'models', 'evaluation', 'leaderboard', 'engine', 'visualization', 'apis', 'config'),
    'datasets': ('models', 'leaderboard', 'engine', 'visualization', 'apis', 'config'),
    'models': ('datasets', 'evaluation', 'leaderboard', 'engine', 'visualization', 'apis', 'config'),
    'evaluation': ('models', 'datasets', 'leaderboard', 'engine', 'visualization', 'apis', 'config'),
    'leaderboard': ('models', 'datasets', 'engine', 'visualization', 'apis', 'config'),
    'engine': ('models', 'datasets', 'apis', 'config'),
}


def test_every_module_imports():
    failed = []
    for info in pkgutil.walk_packages(avreg.__path__, 'avreg.'):
        try:
            importlib.import_module(info.name)
        except Exception as error:  # all failures are reported together
            failed.append(f'{info.name}: {error!r}')
    assert not failed


def test_every_registry_location_imports():
    registries = [r for r in vars(registry).values() if hasattr(r, '_locations')]
    assert len(registries) > 8
    for one in registries:
        for location in one._locations:
            importlib.import_module(location)


def test_every_package_folder_is_in_the_wheel():
    folders = {str(p.parent.relative_to(REPO)).replace('/', '.') for p in (REPO / 'avreg').rglob('*.py')}
    assert folders == set(find_packages(str(REPO), include=['avreg', 'avreg.*']))


@pytest.mark.parametrize('package, barred', FORBIDDEN.items())
def test_imports_point_down_only(package, barred):
    wrong = []
    for path in (REPO / 'avreg' / package).rglob('*.py'):
        parts = ('avreg', *path.relative_to(REPO / 'avreg').parent.parts)
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = '.'.join(parts[:len(parts) - node.level + 1]) if node.level else ''
                names = ['.'.join(filter(None, (base, node.module)))]
            wrong += [f'{path.relative_to(REPO)}:{node.lineno} imports {n}' for n in names if n.split('.')[:1] == ['avreg'] and n.split('.')[1:2] and n.split('.')[1] in barred]
    assert not wrong


def headings(page):
    """What a link into ``page`` may name: its headings in lower case, without punctuation, hyphens for blanks."""
    lines = [line.lstrip('#').strip().lower() for line in page.read_text().splitlines() if re.match('#+ ', line)]
    return {re.sub(r'[^\w -]', '', line).replace(' ', '-') for line in lines}


@pytest.mark.parametrize('readme', READMES, ids=lambda p: str(p.relative_to(REPO)))
def test_links_and_paths_of_readmes_exist(readme):
    text = readme.read_text()
    missing = []
    for link in re.findall(r'\]\(([^)\s]+)', text):
        if re.match(r'https?:', link):
            continue
        path, _, anchor = link.partition('#')
        page = readme.parent / path if path else readme
        if not page.exists() or anchor and anchor not in headings(page):
            missing.append(link)
    for path in re.findall(r'(?<![\w/.<])((?:avreg|configs|plugins|tools|tests)/[\w./-]*\w)', text):
        # plugins/my_method is what a reader is told to make.
        if 'my_method' not in path and not (REPO / path).exists() and not (readme.parent / path).exists():
            missing.append(path)
    assert not missing


def test_every_folder_of_configs_and_plugins_has_a_readme():
    folders = [p for root in ('configs', 'plugins') for p in (REPO / root).iterdir() if p.is_dir() and not p.name.startswith(('_', '.'))]
    assert [str(p) for p in folders if not (p / 'README.md').exists()] == []


@pytest.mark.parametrize('metafile', METAFILES, ids=lambda p: p.parent.name)
def test_paths_and_numbers_of_metafiles(metafile):
    content = yaml.safe_load(metafile.read_text())
    readme = (metafile.parent / 'README.md').read_text()
    collections = {collection['Name']: collection for collection in content['Collections']}
    assert all((REPO / collection['README']) == metafile.parent / 'README.md' for collection in collections.values())
    assert content['Models']
    for model in content['Models']:
        assert model['In Collection'] in collections
        assert (REPO / model['Config']).exists()
        for result in model['Results']:
            # Which code and which world the numbers are of: both change.
            assert re.fullmatch('[0-9a-f]{7}', result['Commit']) and result['Commit'] in readme
            assert re.fullmatch(r'format \d+', result['World'])
            for name, value in result['Metrics'].items():
                assert f'{value}' in readme, f'{name} = {value} of {model["Name"]} does not stand in the README beside it'


def test_shell_scripts_parse():
    scripts = sorted((REPO / 'tools').glob('*.sh'))
    assert scripts
    assert [script.name for script in scripts if subprocess.run(['bash', '-n', script]).returncode] == []
