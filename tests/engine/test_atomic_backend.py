import os

import pytest
from mmengine.fileio import dump, get_file_backend
from mmengine.runner.checkpoint import save_checkpoint

import avreg.engine


def test_mmengine_writes_through_it(tmp_path):
    assert isinstance(get_file_backend(str(tmp_path / 'x')), avreg.engine.AtomicLocalBackend)
    dump({'a': 1}, tmp_path / 'a.json')
    assert (tmp_path / 'a.json').read_text() == '{"a": 1}'
    assert os.listdir(tmp_path) == ['a.json'], 'no temporary file is left'


def test_a_write_that_breaks_off_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / 'iter_1.pth'
    save_checkpoint({'w': 1}, str(path))
    old = path.read_bytes()

    def no_space(_):
        raise OSError('No space left on device')

    monkeypatch.setattr(os, 'fsync', no_space)
    with pytest.raises(OSError, match='No space left'):
        save_checkpoint({'w': 2}, str(path))
    assert path.read_bytes() == old
