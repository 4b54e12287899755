from pathlib import Path

import pytest

from avreg.config import LOADERS, ConfigError, check_config, load_config
from avreg.config.selection import served_by

PAPER = 'configs/avunified/avunified_clip_vit_l14_vggish_pvtv2_b5_all_tasks.py'
CONFIG = 'configs/avunified/all_tasks.py'
RECIPE = '''from mmengine.config import read_base

with read_base():
    from {base} import *

'''


def dotted_path(folder: Path, config: Path) -> str:
    """``config`` as a file in ``folder`` imports it."""
    return '.' * len(folder.parts) + '.'.join(config.with_suffix('').parts[1:])


def test_everything_of_other_benchmarks_goes(repo):
    cfg = load_config(repo / CONFIG, {'benchmarks': ['avs_ms3', 'ave']})
    check_config(cfg)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        assert [dataset.type.benchmark for dataset in loader.dataset.datasets] == ['ave', 'avs_ms3']
    assert set(cfg.train_dataloader.batch_size) == {'ave', 'avs_ms3'} == set(cfg.train_dataloader.batch_sampler.per_clip)
    assert set(cfg.test_evaluator.metrics) == {'ave', 'avs_ms3'} == set(cfg.val_evaluator.metrics)
    assert list(cfg.model.heads) == ['ave', 'segmentation'] and cfg.test_cfg.silent == ['avs_ms3']
    assert cfg.data_preparation[0].benchmarks == load_config(repo / CONFIG).data_preparation[0].benchmarks, 'one world for all configs'


def test_a_benchmark_keeps_its_iterations(repo):
    whole, one = load_config(repo / CONFIG), load_config(repo / CONFIG, {'benchmarks': ['music_avqa']})
    (num_early, early), sampling = (whole.train_dataloader.batch_sampler[key] for key in ('early', 'sampling'))
    share = sampling.music_avqa / sum(sampling.values())
    assert early.music_avqa == 0 and one.train_dataloader.batch_sampler.early is None
    assert one.train_cfg.max_iters == round((whole.train_cfg.max_iters - num_early) * share)
    warmup, cosine = one.param_scheduler
    # The warm-up keeps its share: of a short training it would else be all.
    assert warmup.end == cosine.begin == round(whole.param_scheduler[0].end * one.train_cfg.max_iters / whole.train_cfg.max_iters)
    assert cosine.end == one.train_cfg.max_iters and cosine.begin + cosine.T_max == cosine.end


def test_a_benchmark_keeps_its_early_iterations(repo):
    whole, some = load_config(repo / CONFIG), load_config(repo / CONFIG, {'benchmarks': ['ave', 'avss']})
    (num_early, early), sampling = (whole.train_dataloader.batch_sampler[key] for key in ('early', 'sampling'))
    first = round(num_early * (early.ave + early.avss) / sum(early.values()))
    assert some.train_dataloader.batch_sampler.early == (first, dict(ave=early.ave, avss=early.avss))
    later = (whole.train_cfg.max_iters - num_early) * (sampling.ave + sampling.avss) / sum(sampling.values())
    assert some.train_cfg.max_iters == first + round(later)


def test_other_options_hold_for_what_is_left(repo):
    cfg = load_config(repo / 'configs/avunified/ave.py', {'train_cfg.max_iters': 10, 'train_dataloader.batch_size.ave': 2})
    assert cfg.train_cfg.max_iters == 10 and cfg.train_dataloader.batch_size == {'ave': 2}
    with pytest.raises(ConfigError, match='model.heads.llp'):
        load_config(repo / 'configs/avunified/ave.py', {'model.heads.llp.channels': 64})


@pytest.mark.parametrize('wrong, message', [(['avee'], r"benchmarks names 'avee', but this config trains .*did you mean 'ave'"),
                                            ([], 'a list of names is needed'), ('ave', 'a list of names is needed')])
def test_wrong_names(repo, wrong, message):
    with pytest.raises(ConfigError, match=message):
        load_config(repo / CONFIG, {'benchmarks': wrong})


def test_classes_named_by_strings(tmp_path, repo):
    path = tmp_path / 'recipe.py'
    path.write_text(RECIPE.format(base=dotted_path(tmp_path, repo / CONFIG)) + '''
for _loader in (train_dataloader, val_dataloader, test_dataloader):
    for _dataset, _name in zip(_loader.dataset.datasets, ('AVE', 'LLP', 'VGGSS', 'AVSS4', 'AVSMS3', 'AVSSemantic', 'MusicAVQA')):
        _dataset.type = 'avreg.' + _name
model.heads.segmentation.type = 'avreg.SegmentationHead'
''')
    cfg = load_config(path, {'benchmarks': ['ave', 'avss']})
    check_config(cfg)
    assert [[dataset.type for dataset in cfg[loader].dataset.datasets] for loader in LOADERS] == [['avreg.AVE', 'avreg.AVSSemantic']] * 3
    with pytest.raises(ConfigError, match=r"'avreg.LPL' is not registered in DATASETS.*did you mean 'LLP'(.|\n)*at train_dataloader.dataset.datasets.1.type"):
        path.write_text(path.read_text().replace("'LLP'", "'LPL'"))
        load_config(path, {'benchmarks': ['ave']})


def test_a_head_named_by_a_string_serves_what_its_class_lists(repo):
    cfg = load_config(repo / 'configs/ssuformer/ssuformer_avworld.py')
    name, head = next(iter(cfg.model.heads.items()))
    assert served_by(name, head) == served_by(name, {'type': 'avreg.SoundSourceHead'}) == ['f_music', 'f_lifescene']


def test_roots_of_other_benchmarks_go(repo):
    cfg = load_config(repo / PAPER, {'benchmarks': ['ave']})
    check_config(cfg)
    assert {name: root for name, root in cfg.data_roots.items() if root} == {'ave': 'data/AVE'}
    with pytest.raises(ConfigError, match="data_roots.llp: no dataset of this config reads 'llp'; valid: ave"):
        load_config(repo / PAPER, {'benchmarks': ['ave'], 'data_roots.llp': '/data/LLP'})


def test_a_config_of_one_dataset(make_config):
    with pytest.raises(ConfigError, match=r"benchmarks=\['ave'\]: .* has no train_dataloader.dataset.datasets; (.|\n)*at benchmarks, given by"):
        load_config(make_config(), {'benchmarks': ['ave']})
    with pytest.raises(ConfigError, match='has no train_dataloader.dataset.datasets'):
        load_config(make_config(base="model = dict(type='AVModel')\n"), {'benchmarks': ['ave']})


def test_a_mistyped_silent_test_is_told_of(tmp_path, repo):
    path = tmp_path / 'recipe.py'
    path.write_text(RECIPE.format(base=dotted_path(tmp_path, repo / CONFIG)) + "test_cfg.silent = ['avs_s4', 'avs_ms33']\n")
    cfg = load_config(path, {'benchmarks': ['avs_ms3']})
    with pytest.raises(ConfigError, match="names 'avs_ms33'"):
        check_config(cfg)


def test_schedules_in_steps_are_shortened_too(repo):
    whole, one = load_config(repo / PAPER), load_config(repo / PAPER, {'benchmarks': ['ave']})
    share = one.train_cfg.max_iters / whole.train_cfg.max_iters
    assert one.param_scheduler[0].step_size == round(whole.param_scheduler[0].step_size * share)
    drops = [cfg.train_cfg.max_iters // cfg.param_scheduler[0].step_size for cfg in (whole, one)]
    assert drops[0] == drops[1] == 20


def test_backbones_of_other_benchmarks_go(repo):
    assert 'pyramid' in load_config(repo / PAPER, {'benchmarks': ['ave', 'avss']}).model.backbones
    one = load_config(repo / PAPER, {'benchmarks': ['ave']})
    check_config(one)
    assert 'pyramid' not in one.model.backbones and 'pyramid' not in one.model.only


def test_a_benchmark_without_a_validation_split_is_not_validated(repo):
    cfg = load_config(repo / PAPER)
    assert [dataset.type.benchmark for dataset in cfg.val_dataloader.dataset.datasets] == ['ave', 'llp', 'avs_s4', 'avs_ms3', 'avss', 'music_avqa']
    assert 'vggss' in cfg.test_evaluator.metrics and cfg.train_dataloader.dataset.datasets[2].names == 'vggss_10k.txt'
