import pytest
import torch

from avreg.engine import check_whole, find_resumable, seed_to_resume
from avreg.engine.resume import is_whole
from avreg.errors import ConfigError


def save(path, size=1000):
    torch.save({'state_dict': {'w': torch.arange(size)}}, path)


def test_newest_by_number_not_by_name(tmp_path):
    for n in (900, 1000, 20):
        save(tmp_path / f'iter_{n}.pth')
    save(tmp_path / 'best_score_iter_2000.pth')
    assert find_resumable(tmp_path).endswith('iter_1000.pth')


@pytest.mark.parametrize('keep', [0, 100, 0.5, 0.99])
def test_truncated_newest_is_skipped_for_the_one_before(tmp_path, keep):
    save(tmp_path / 'iter_10.pth')
    save(tmp_path / 'iter_20.pth')
    data = (tmp_path / 'iter_20.pth').read_bytes()
    (tmp_path / 'iter_20.pth').write_bytes(data[:keep if keep >= 1 else int(keep * len(data))])
    with pytest.warns(UserWarning, match='iter_20.pth is truncated or damaged'):
        assert find_resumable(tmp_path).endswith('iter_10.pth')


def test_flipped_bits_are_noticed(tmp_path):
    save(tmp_path / 'iter_10.pth')
    save(tmp_path / 'iter_20.pth')
    data = bytearray((tmp_path / 'iter_20.pth').read_bytes())
    data[len(data) // 2] ^= 0xFF
    (tmp_path / 'iter_20.pth').write_bytes(data)
    with pytest.warns(UserWarning, match='truncated or damaged'):
        assert find_resumable(tmp_path).endswith('iter_10.pth')


def test_none_and_all_damaged(tmp_path):
    assert find_resumable(tmp_path) is None
    (tmp_path / 'iter_10.pth').write_bytes(b'')
    with pytest.warns(UserWarning), pytest.raises(ValueError, match='every checkpoint in .* is damaged'):
        find_resumable(tmp_path)


@pytest.mark.parametrize('keep', [0, 100, 0.5, 0.99])
def test_a_truncated_checkpoint_given_by_name_is_refused(tmp_path, keep):
    path = tmp_path / 'iter_20.pth'
    save(path)
    check_whole(path)
    data = path.read_bytes()
    path.write_bytes(data[:keep if keep >= 1 else int(keep * len(data))])
    with pytest.raises(ValueError, match='iter_20.pth is truncated or damaged'):
        check_whole(path)


def test_what_others_judge_is_left_to_them(tmp_path):
    # A format before that of archives, safetensors, no file, an address.
    torch.save({'w': torch.zeros(3)}, tmp_path / 'old.pth', _use_new_zipfile_serialization=False)
    (tmp_path / 'a.safetensors').write_bytes(b'')
    for path in (tmp_path / 'old.pth', tmp_path / 'a.safetensors', tmp_path / 'missing.pth', 'https://host/a.pth'):
        assert not is_whole(path)
        check_whole(path)


def test_a_run_goes_on_with_its_own_seed(tmp_path):
    path = tmp_path / 'iter_2.pth'
    torch.save(dict(state_dict={}, meta=dict(seed=3)), path)
    assert seed_to_resume(path, None) == seed_to_resume(path, 3) == 3
    with pytest.raises(ConfigError, match='--seed 4: the run of .*iter_2.pth has the seed 3'):
        seed_to_resume(path, 4)
    with pytest.raises(FileNotFoundError, match='there is no checkpoint .*nothing.pth'):
        seed_to_resume(tmp_path / 'nothing.pth', None)
