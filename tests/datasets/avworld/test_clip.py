"""Ids: of the official form, and never the same twice."""
import re

import numpy as np
import pytest

from avreg.datasets.avworld.clip import MAX_SEED, MAX_SIZES, SPLITS, digit_id, serial_number, youtube_id
from avreg.datasets.avworld.world import WRITERS


def test_serial_numbers_of_all_seeds_splits_and_sizes_are_apart():
    ends = sorted((serial_number(seed, split, 0), serial_number(seed, split, MAX_SIZES[split] - 1))
                  for seed in (0, 1, 2, MAX_SEED) for split in SPLITS)
    assert all(last < first for (_, last), (first, _) in zip(ends, ends[1:]))
    assert ends[-1][1] < 10**8


def test_ids_are_one_to_one():
    numbers = np.random.default_rng(0).choice(10**8, 20000, replace=False).tolist() + list(range(1000))
    numbers = list(dict.fromkeys(numbers))
    assert len({digit_id(n) for n in numbers}) == len(numbers)
    ids = {youtube_id(name, n) for name in ('ave', 'llp') for n in numbers}
    assert len(ids) == 2 * len(numbers)
    assert all(re.fullmatch(r'[\w-]{11}', one) for one in ids)


@pytest.mark.parametrize('name, pattern', [
    ('ave', r'[\w-]{11}'), ('llp', r'[\w-]{11}_\d+_\d+'), ('music_avqa', r'\d{8}'),
    ('vggss', r'[\w-]{11}_\d{6}'), ('avs_s4', r'[\w-]+/[\w-]{11}'), ('avs_ms3', r'[\w-]{11}_0'),
    ('avss', r'[\w-]{11}_\d+000_\d+000'), ('f_music', r'\d{8}'), ('f_lifescene', r'[\w-]{11}_\d{6}')])
def test_a_clip_depends_on_seed_split_and_index_only(name, pattern):
    writer = WRITERS[name]
    clip = writer.clip(3, 'val', 5)
    assert clip == writer.clip(3, 'val', 5)
    assert re.fullmatch(pattern, clip.clip_id)
    others = [writer.clip(3, 'val', 6), writer.clip(3, 'test', 5), writer.clip(4, 'val', 5)]
    assert all(other.scene != clip.scene and other.clip_id != clip.clip_id for other in others)
