"""Weights and inputs that are a function of their name, as the golden cases in ``tests/data`` were made with."""
import json
import math
import re
import zlib
from pathlib import Path

import numpy as np
import torch

DATA = Path(__file__).resolve().parents[1] / 'data'
SCALE = 0.02
NORM = re.compile(r'(^|_)(ln|norm|bn)\d*($|_)')


def unit(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Uniform with mean 0 and variance 1, seeded by the name. float64."""
    uniform = np.random.RandomState(zlib.crc32(name.encode())).random_sample(math.prod(shape))
    return (math.sqrt(3) * (2 * uniform - 1)).reshape(shape)


def named_input(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(unit(name, shape).astype(np.float32))


def named_weight(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Weights keep the variance of their input; biases and gains stay away from 0 and 1, so that a lost one is noticed."""
    key = key.removeprefix('module.')
    *path, last = key.split('.')
    if last == 'num_batches_tracked':
        return torch.zeros(shape, dtype=torch.int64)
    value = unit(key, shape)
    offset = SCALE * np.where(value < 0, -1, 1) * (0.5 + 0.5 * np.abs(value))
    if last == 'running_var':
        value = 1 + np.abs(offset)
    elif last == 'scale' or last == 'weight' and (len(shape) < 2 or any(map(NORM.search, path))):
        value = 1 + offset
    elif last.endswith('bias') or last == 'running_mean':
        value = offset
    elif last.endswith('weight'):
        value = value / math.sqrt(math.prod(shape[1:]))
    else:
        value = SCALE * value
    return torch.from_numpy(np.asarray(value, dtype=np.float32))


def load_keys(path: str) -> dict[str, tuple[int, ...]]:
    """Official keys and shapes; ``path`` is below ``tests/data``."""
    return {key: tuple(shape) for key, shape in json.loads((DATA / path).read_text())['keys'].items()}


def fill_by_name(shapes: dict[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    return {key: named_weight(key, shape) for key, shape in shapes.items()}


def assert_golden(ours, golden) -> None:
    """Room for another order of summation, none for another formula."""
    ours, golden = np.asarray(ours, dtype=np.float64), np.asarray(golden, dtype=np.float64)
    assert ours.shape == golden.shape
    assert np.abs(ours - golden).max() <= 3e-5 * max(1.0, np.abs(golden).max())
