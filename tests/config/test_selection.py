import pytest

from avreg.config import ConfigError, check_config, load_config

CONFIG = 'configs/avunified/all_tasks.py'


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
