import pytest

from avreg.config import LOADERS, ConfigError, check_config, datasets_of, explain, load_config
from avreg.registry import DATASETS

PAPER = 'configs/avunified/avunified_clip_vit_l14_vggish_pvtv2_b5_all_tasks.py'
CONFIG = 'configs/avunified/all_tasks.py'


def roots(cfg) -> dict:
    return {d.type.benchmark: d.data_root for d in cfg.train_dataloader.dataset.datasets}


def test_one_benchmark_moves_in_all_loaders(repo):
    cfg = load_config(repo / CONFIG, {'data_roots.ave': '/real/AVE'})
    moved = roots(cfg)
    assert moved.pop('ave') == '/real/AVE' and len(moved) == 6 and all(root.startswith('data/avworld/') for root in moved.values())
    assert cfg.test_dataloader.dataset.datasets[0].data_root == '/real/AVE'
    assert len(cfg.data_preparation) == 1, 'the others are still generated'


def test_nothing_is_generated_when_all_are_real(repo):
    cfg = load_config(repo / CONFIG, {f'data_roots.{b}': f'/real/{b}' for b in roots(load_config(repo / CONFIG))})
    assert cfg.data_preparation == []


def test_unknown_benchmark_is_named(repo):
    with pytest.raises(ConfigError, match=r"data_roots.ave: no dataset of this config reads 'ave'.*valid: llp\n"
                                          r"  at data_roots.ave, given by --cfg-options"):
        load_config(repo / 'configs/avunified/llp.py', {'data_roots.ave': '/real/AVE'})


@pytest.mark.parametrize('kind', ['avreg.AVE', 'AVE', 'avreg.datasets.AVE'])
@pytest.mark.parametrize('loaders', [LOADERS[:1], LOADERS])
def test_classes_named_by_strings_move_too(repo, kind, loaders):
    named = {f'{loader}.dataset.datasets.0.type': kind for loader in loaders}
    cfg = load_config(repo / CONFIG, {**named, 'data_roots.ave': '/real/AVE'})
    check_config(cfg)
    assert [cfg[loader].dataset.datasets[0].data_root for loader in LOADERS] == ['/real/AVE'] * 3
    assert len(list(datasets_of(cfg))) == 21 and len(list(datasets_of(cfg, ('val_dataloader', )))) == 7


def test_a_class_that_is_not_there_is_what_is_told(repo):
    wrong = {f'{loader}.dataset.datasets.0.type': 'avreg.AVEE' for loader in LOADERS}
    with pytest.raises(ConfigError, match=r"'avreg.AVEE' is not registered.*did you mean 'AVE'(.|\n)*at train_dataloader.dataset.datasets.0.type"):
        load_config(repo / CONFIG, {**wrong, 'data_roots.ave': '/real/AVE'})


def missing_folder(cfg) -> str:
    """What the user reads when the training data of AVE are not there."""
    check_config(cfg)
    with pytest.raises(FileNotFoundError) as caught:
        DATASETS.build(dict(cfg.train_dataloader.dataset.datasets[0], pipeline=[]))
    return explain(caught.value)


def test_a_missing_folder_is_traced_to_the_root(repo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = missing_folder(load_config(repo / CONFIG, {'data_roots.ave': '/data/AVEE'}))
    assert '/data/AVEE' in message and message.endswith('\n  at data_roots.ave, given by --cfg-options')
    lines = (repo / PAPER).read_text().splitlines()
    line = next(i for i, text in enumerate(lines, 1) if "ave='data/AVE'" in text)
    assert missing_folder(load_config(repo / PAPER)).endswith(f'\n  at data_roots.ave in {PAPER}:{line}')
    # What no root has moved stays where it was written.
    assert missing_folder(load_config(repo / CONFIG)).endswith('at train_dataloader.dataset.datasets.0.data_root in configs/_base_/datasets/ave.py:10')
