import pytest
import torch
from safetensors.torch import load_file, save_file

from avreg.errors import ConfigError
from avreg.models.checkpoints import CONVERTERS, convert, convert_checkpoint, read_state_dict


@pytest.fixture
def source(tmp_path, monkeypatch):
    """An official file of a method that doubles its only tensor."""
    monkeypatch.setitem(CONVERTERS, 'double', lambda official, source: ({'ours': 2 * official['theirs']}, [f'{source} is doubled']))
    torch.save({'theirs': torch.ones(2)}, tmp_path / 'official.pth')
    return tmp_path / 'official.pth'


def test_writes_what_the_converter_gives(source, tmp_path):
    target = tmp_path / 'new/folder/ours.safetensors'
    assert convert_checkpoint('double', source, target) == [f'checkpoint {source} is doubled']
    assert torch.equal(load_file(target)['ours'], torch.full((2, ), 2.0))
    assert [p.name for p in target.parent.iterdir()] == ['ours.safetensors']


def test_another_format_is_not_written(source, tmp_path):
    with pytest.raises(ConfigError, match=r'ours\.pth is not called \.safetensors, which is the only format written here'):
        convert_checkpoint('double', source, tmp_path / 'ours.pth')
    assert not (tmp_path / 'ours.pth').exists()


def test_tensors_of_one_memory_are_written(source, tmp_path, monkeypatch):
    # Halves of one matrix, and a transposed one.
    parts = lambda official, source: (dict(zip('ab', torch.arange(8.0).view(4, 2).chunk(2)), c=torch.ones(2, 3).T), [])
    monkeypatch.setitem(CONVERTERS, 'parts', parts)
    convert_checkpoint('parts', source, tmp_path / 'parts.safetensors')
    state = read_state_dict(tmp_path / 'parts.safetensors')
    assert state['b'].tolist() == [[4, 5], [6, 7]] and state['c'].shape == (3, 2)


def test_a_failed_write_leaves_the_old_file_and_no_rest(source, tmp_path, monkeypatch):
    target = tmp_path / 'out/ours.safetensors'
    convert_checkpoint('double', source, target)
    before = target.read_bytes()

    def full_disk(state, path):
        path.write_bytes(b'half')
        raise OSError('no space left on device')

    monkeypatch.setattr(convert, '_save', full_disk)
    with pytest.raises(OSError, match='no space left'):
        convert_checkpoint('double', source, target)
    assert target.read_bytes() == before and [p.name for p in target.parent.iterdir()] == ['ours.safetensors']


def test_an_unknown_method_is_named_with_a_near_one(source, tmp_path):
    with pytest.raises(ConfigError, match=r"there is no converter 'pvtv2'; did you mean 'pvt_v2'\?"):
        convert_checkpoint('pvtv2', source, tmp_path / 'a.safetensors')


def test_the_official_file_is_never_overwritten(source, tmp_path):
    official = tmp_path / 'official.safetensors'
    save_file({'theirs': torch.ones(2)}, official)
    with pytest.raises(ConfigError, match='is the official file itself'):
        convert_checkpoint('double', official, official)
    with pytest.raises(ConfigError, match='is a folder; give the file to write'):
        convert_checkpoint('double', source, tmp_path)


def test_an_error_names_the_file_and_writes_nothing(source, tmp_path):
    with pytest.raises(ValueError, match=r'checkpoint .*official\.pth is not a PVT v2'):
        convert_checkpoint('pvt_v2', source, tmp_path / 'a.safetensors')
    with pytest.raises(FileNotFoundError, match=r"offical\.pth does not exist; did you mean 'official\.pth'"):
        convert_checkpoint('pvt_v2', tmp_path / 'offical.pth', tmp_path / 'a.safetensors')
    assert not (tmp_path / 'a.safetensors').exists()
