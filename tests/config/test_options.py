"""--cfg-options: what exists or may exist can be set, and nothing else."""
import pytest

from avreg.config import ConfigError, check_config, load_config


@pytest.mark.parametrize(
    'options',
    [
        {
            'model.heads.ave.dropout': 0.5
        },
        {
            'model.heads.ave.supervision': 'weakly'
        },  # a keyword that the config leaves at its default
        {
            'model.necks.0.channels': 8
        },
        {
            'optim_wrapper.optimizer.betas.1': 0.5
        },
        {
            'optim_wrapper.optimizer.betas': (0.5, 0.6)
        },
        {
            'optim_wrapper.accumulative_counts': 2
        },
        {
            'optim_wrapper.paramwise_cfg.custom_keys.backbones.lr_mult': 0.1
        },
        {
            'param_scheduler.1.T_max': 5
        },
        {
            'train_dataloader.batch_size': 1,
            'train_dataloader.drop_last': True
        },
        {
            'train_dataloader.dataset.data_root': 'elsewhere',
            'train_dataloader.dataset.num_segments': 3
        },
        {
            'train_cfg.max_epochs': 3,
            'train_cfg.val_interval': 2
        },
        {
            'env_cfg.dist_cfg.backend': 'gloo'
        },  # not in the config at all
        {
            'default_hooks.checkpoint.max_keep_ckpts': 1,
            'default_hooks.checkpoint.priority': 'LOW'
        },
        {
            'model.init_cfg.type': 'Pretrained',
            'model.init_cfg.checkpoint': 'x.pth'
        },
        {
            'model.heads.ave.width': 8,
            'model.heads.ave.field': 'visual',
            'model.heads.ave.type': 'FeatureIdentity',
            'model.heads.ave.dropout': 1
        },
        {
            'load_from': 'x.pth',
            'resume': True,
            'work_dir': 'w',
            'find_unused_parameters': True
        },
    ])
def test_valid_options_are_set(make_config, options):
    cfg = load_config(make_config(), options)
    for option, value in options.items():
        here = cfg
        for key in option.split('.'):
            here = here[int(key)] if key.isdigit() else here[key]
        assert here == value


@pytest.mark.parametrize('option, message', [
    ('model.hed.ave.x', r"the config has no 'model.hed'; did you mean 'model.heads'"),
    ('model.heads.avee.dropout', r"no 'model.heads.avee'; did you mean 'model.heads.ave.dropout'"),
    ('model.heads.ave.drpout', r"no 'model.heads.ave.drpout'; did you mean 'model.heads.ave.dropout'"),
    ('model.heads.ave.dropout.x', r"'model.heads.ave.dropout' is 0.2, which has nothing below it"),
    ('model.necks.1.channels', r"no 'model.necks.1'; did you mean 'model.necks.0.channels'"),
    ('model.necks.x', r"no 'model.necks.x'"),
    ('optim_wrapper.optimizer.betas.2', r"no 'optim_wrapper.optimizer.betas.2'"),
    ('train_dataloder.batch_size', r"no 'train_dataloder'; did you mean 'train_dataloader.batch_size'"),
    ('train_dataloader.bach_size', r"did you mean 'train_dataloader.batch_size'"),
    ('train_dataloader.split', r"did you mean 'train_dataloader.dataset.split'"),
    ('env_cfg.dist_cfg.bakend', r"did you mean 'env_cfg.dist_cfg.backend'"),
    ('default_hooks.checkpoint.max_keep_ckpt', r"did you mean 'default_hooks.checkpoint.max_keep_ckpts'"),
    ('ave_root', r"'ave_root' is a helper of .*base.py, used up while the file is read"),
])
def test_options_that_match_nothing(make_config, option, message):
    with pytest.raises(ConfigError, match=rf'--cfg-options {option}: (.|\n)*{message}'):
        load_config(make_config(), {option: 1})


def test_a_bad_value_is_traced_to_the_option(make_config):
    cfg = load_config(make_config(), {'model.heads.ave.type': 'EventLocalisationHead'})
    with pytest.raises(ConfigError, match=r"did you mean 'EventLocalizationHead'(.|\n)*at model.heads.ave.type, "
                                          r"given by --cfg-options"):
        check_config(cfg)
