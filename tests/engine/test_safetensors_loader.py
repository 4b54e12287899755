import pytest
import torch
from mmengine.runner import load_checkpoint
from safetensors.torch import save_file
from torch import nn

import avreg.engine  # noqa: F401, registers the loader


def test_mmengine_loads_it(tmp_path):
    source, target = nn.Linear(3, 2), nn.Linear(3, 2)
    save_file(source.state_dict(), tmp_path / 'a.safetensors')
    checkpoint = load_checkpoint(target, str(tmp_path / 'a.safetensors'), map_location='cpu', strict=True)
    assert torch.equal(source.weight, target.weight) and torch.equal(source.bias, target.bias)
    assert checkpoint['state_dict'].keys() == source.state_dict().keys()


def test_other_names_are_loaded_as_before(tmp_path):
    source, target = nn.Linear(3, 2), nn.Linear(3, 2)
    torch.save(dict(state_dict=source.state_dict()), tmp_path / 'a.safetensors.pth')
    load_checkpoint(target, str(tmp_path / 'a.safetensors.pth'), map_location='cpu', strict=True)
    assert torch.equal(source.weight, target.weight)


def test_a_missing_or_damaged_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'a\.safetensors does not exist'):
        load_checkpoint(nn.Linear(3, 2), str(tmp_path / 'a.safetensors'))
    (tmp_path / 'a.safetensors').write_bytes(b'<html>')
    with pytest.raises(ValueError, match=r'a\.safetensors is damaged'):
        load_checkpoint(nn.Linear(3, 2), str(tmp_path / 'a.safetensors'))
