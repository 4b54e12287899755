"""What every run has: hooks, logging, seed."""
from mmengine.hooks import CheckpointHook, IterTimerHook, LoggerHook, ParamSchedulerHook
from mmengine.model import MMDistributedDataParallel
from mmengine.runner import LogProcessor

from avreg.engine import BadMediaHook, FeaturePassportHook, MetricsFileHook, ReproducibilityHook

default_scope = 'avreg'
default_hooks = dict(
    timer=dict(type=IterTimerHook),
    logger=dict(type=LoggerHook, interval=20),
    param_scheduler=dict(type=ParamSchedulerHook),
    # Three are kept: a damaged newest one is passed over for the one before.
    checkpoint=dict(type=CheckpointHook, by_epoch=False, interval=200, max_keep_ckpts=3, save_best='score', rule='greater'),
    # TaskBatchSampler needs no epoch.
    sampler_seed=None)
custom_hooks = [dict(type=ReproducibilityHook), dict(type=BadMediaHook), dict(type=MetricsFileHook), dict(type=FeaturePassportHook)]
log_processor = dict(type=LogProcessor, by_epoch=False, window_size=50)
env_cfg = dict(cudnn_benchmark=False, mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0))
randomness = dict(seed=0, deterministic=False)
# In a joint training each iteration uses one head; the others wait for theirs. Without device_ids the model stays where it is,
# on this rank's GPU or on the CPU.
model_wrapper_cfg = dict(type=MMDistributedDataParallel, find_unused_parameters=True, device_ids=None)
auto_scale_lr = dict(enable=False, base_batch_size=16)
load_from = None
resume = False
