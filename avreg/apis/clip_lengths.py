"""check_clip_lengths: is a video of the data longer than the model takes? Asked before anything is decoded or trained."""
from __future__ import annotations

import math
from collections.abc import Sequence

from mmengine.config import Config

from avreg.config import LOADERS, ConfigError, benchmark_of, datasets_of
from avreg.config.resolve import scope_of
from avreg.config.selection import served_by
from avreg.datasets.transforms import CropEvents
from avreg.registry import DATASETS
from avreg.structures import TimeGrid


def check_clip_lengths(cfg: Config, loaders: Sequence[str] = LOADERS) -> None:
    """Stop at a split with a video of more segments than a neck's ``max_length``.

    Only annotations are read, of benchmarks whose head has a ``grid`` (segments a second) and whose annotations have a ``duration``
    (UnAV-100). A pipeline with CropEvents crops for itself.

    Raises:
        ConfigError: such a video; names the split, the video, the neck and what to set.
    """
    grids = {benchmark: TimeGrid(**head['grid']) for name, head in cfg.model.get('heads', {}).items() if 'grid' in head
             for benchmark in served_by(name, head, scope_of(cfg))}
    for config in datasets_of(cfg, loaders):
        benchmark = benchmark_of(config, scope_of(cfg))
        necks = [neck for neck in cfg.model.get('necks', ()) if 'max_length' in neck
                 and benchmark in cfg.model.get('only', {}).get(_name(neck), (benchmark, ))]
        if benchmark not in grids or not necks:
            continue
        dataset = DATASETS.build(dict(config, check_media=False))
        if any(isinstance(step, CropEvents) for step in dataset.pipeline.transforms):
            continue
        infos = map(dataset.get_data_info, range(len(dataset)))
        steps, video_id = max((_segments(info, grids[benchmark]), info['video_id']) for info in infos)
        neck = min(necks, key=lambda neck: neck.max_length)
        if steps > neck.max_length:
            raise ConfigError(
                f'{benchmark} {dataset.split} in {dataset.data_root} has a video of {steps} segments ({video_id}), but {_name(neck)}'
                f'(max_length={neck.max_length}) is made for {neck.max_length}. A model for it has max_length={steps} or more in every '
                'neck (and in CropEvents), and is trained so; configs/ccnet/ccnet_embedded_unav100.py is for the real videos of UnAV-100')


def _name(neck: dict) -> str:
    return neck['type'] if isinstance(neck['type'], str) else neck['type'].__name__


def _segments(info: dict, grid: TimeGrid) -> int:
    """How many segments have their middle in the video; of media no more are read than ``num_segments``."""
    steps = math.floor(grid.of_seconds(info['duration'])) + 1
    return steps if 'feature_paths' in info else min(steps, info['num_segments'])
