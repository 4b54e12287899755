import pytest

from avreg.config import ConfigError, load_config

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
    with pytest.raises(ConfigError, match=r"data_roots.ave: no dataset of this config reads 'ave'.*valid: llp"):
        load_config(repo / 'configs/avunified/llp.py', {'data_roots.ave': '/real/AVE'})
