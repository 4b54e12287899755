"""tools/pack_features.py as a user runs it."""
import numpy as np
import pytest

from .test_extract_features import run_here


def test_packs_and_tells_what_is_missing(repo, tmp_path, monkeypatch, capsys):
    h5py = pytest.importorskip('h5py')
    (tmp_path / 'Annotations.txt').write_text('Cat&a&good&0&3\nBark&b&good&2&4\n')
    np.save(tmp_path / 'a.npy', np.ones((10, 6), np.float32))
    arguments = ('tools/pack_features.py', 'ave', '--data-root', tmp_path, '--features', tmp_path, '--out', tmp_path / 'audio_feature.h5')
    assert run_here(repo, monkeypatch, *arguments) == 2 and '1 of 2 videos of ave have no file' in capsys.readouterr().err
    np.save(tmp_path / 'b.npy', np.full((10, 6), 2, np.float32))
    assert run_here(repo, monkeypatch, *arguments) == 0 and '2 rows of 10 x 6' in capsys.readouterr().out
    with h5py.File(tmp_path / 'audio_feature.h5') as file:
        assert file['avadataset'][:, 0, 0].tolist() == [1, 2]
