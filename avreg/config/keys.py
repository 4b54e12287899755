"""Every key that a config may have at its top level, and those of the dicts that MMEngine reads itself."""
from __future__ import annotations

import inspect
from collections.abc import Callable

from mmengine.dist import init_dist
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, Runner, TestLoop, ValLoop
from mmengine.runner._flexible_runner import FlexibleRunner
from mmengine.utils.dl_utils import set_multi_processing
from torch.distributed import init_process_group
from torch.utils.data import DataLoader


def _parameters(function: Callable, *, without: tuple[str, ...] = ()) -> frozenset[str]:
    """Names of the parameters of a function or class, but ``without``, ``self`` and ``**kwargs``."""
    parameters = inspect.signature(function).parameters.values()
    return frozenset(p.name
                     for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)) - {'self', *without}


# What Runner.from_cfg hands to the Runner.
RUNNER_KEYS = (_parameters(Runner) | _parameters(FlexibleRunner)) - {'cfg'}
# What the Runner looks up in the whole config.
WHOLE_CONFIG_KEYS = frozenset({
    'activation_checkpointing', 'compile', 'efficient_conv_bn_eval', 'find_unused_parameters',
    'init_weights_for_test_or_val', 'model_wrapper_cfg', 'runner_type', 'sync_bn'
})
# What avreg reads: load_config imports, selects benchmarks and moves datasets, tools/train.py prepares data before anything is built.
AVREG_KEYS = frozenset({'benchmarks', 'custom_imports', 'data_preparation', 'data_roots', 'fill_cache'})
TOP_LEVEL_KEYS = RUNNER_KEYS | WHOLE_CONFIG_KEYS | AVREG_KEYS

DATALOADER_KEYS = _parameters(DataLoader) | {'num_batch_per_epoch', 'disable_subprocess_warning'}
LOOP_KEYS = {
    # (key, by_epoch): keywords of the loop that is built where no type is given
    ('train_cfg', True): _parameters(EpochBasedTrainLoop, without=('runner', 'dataloader')) | {'by_epoch'},
    ('train_cfg', False): _parameters(IterBasedTrainLoop, without=('runner', 'dataloader')) | {'by_epoch'},
    ('val_cfg', False): _parameters(ValLoop, without=('runner', 'dataloader', 'evaluator')),
    ('test_cfg', False): _parameters(TestLoop, without=('runner', 'dataloader', 'evaluator')),
}
# Plain dicts: their keys, and those of the dicts in them.
PLAIN_KEYS: dict[tuple[str, ...], frozenset[str]] = {
    ('env_cfg', ): frozenset({'cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'}),
    ('env_cfg', 'mp_cfg'): _parameters(set_multi_processing, without=('distributed', )),
    ('env_cfg', 'dist_cfg'): _parameters(init_dist, without=('launcher', )) | _parameters(init_process_group),
    ('randomness', ): _parameters(Runner.set_randomness),
    ('auto_scale_lr', ): frozenset({'enable', 'base_batch_size'}),
    ('custom_imports', ): frozenset({'imports', 'allow_failed_imports'}),
}
PARAMWISE_KEYS = frozenset({
    'custom_keys', 'bias_lr_mult', 'bias_decay_mult', 'norm_decay_mult', 'dwconv_decay_mult', 'flat_decay_mult',
    'bypass_duplicate', 'dcn_offset_lr_mult'
})
# Hooks that every Runner has; a config's default_hooks replaces them by name.
DEFAULT_HOOKS = frozenset({'runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint'})
# Keywords that a class with **kwargs hands to this function later.
HANDED_ON = {'mmengine.hooks.checkpoint_hook.CheckpointHook': _parameters(Runner.save_checkpoint)}
