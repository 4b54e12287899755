import pytest
import torch
from safetensors.torch import save_file

from avreg.models.checkpoints import check_keys, read_state_dict


def saved(folder, content, name='a.pth'):
    torch.save(content, folder / name)
    return folder / name


def test_reads_what_torch_save_wrote(tmp_path):
    state = read_state_dict(saved(tmp_path, {'w': torch.arange(3.0)}))
    assert list(state) == ['w'] and torch.equal(state['w'], torch.arange(3.0))


def test_a_missing_file_is_named_with_what_there_is(tmp_path):
    saved(tmp_path, {}, 'pvt_v2_b2.pth')
    with pytest.raises(FileNotFoundError, match=r"pvt_v2_b20\.pth does not exist; did you mean 'pvt_v2_b2\.pth'\?"):
        read_state_dict(tmp_path / 'pvt_v2_b20.pth')
    with pytest.raises(FileNotFoundError, match='nor does the folder .*/nowhere'):
        read_state_dict(tmp_path / 'nowhere/a.pth')
    with pytest.raises(FileNotFoundError, match='is a folder, not a file'):
        read_state_dict(tmp_path)


@pytest.mark.parametrize('zipped', [True, False])
def test_a_file_cut_short_is_said_to_be(tmp_path, zipped):
    path = tmp_path / 'a.pth'
    torch.save({'w': torch.zeros(1000)}, path, _use_new_zipfile_serialization=zipped)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match=r'a\.pth is damaged or cut short'):
        read_state_dict(path)


def test_safetensors_are_read_and_a_damaged_file_is_said_to_be(tmp_path):
    path = tmp_path / 'a.safetensors'
    save_file({'w': torch.arange(1000.0)}, path)
    assert torch.equal(read_state_dict(path)['w'], torch.arange(1000.0))
    with pytest.raises(FileNotFoundError, match=r"b\.safetensors does not exist; did you mean 'a\.safetensors'"):
        read_state_dict(tmp_path / 'b.safetensors')
    for content in (path.read_bytes()[:2000], b'<html>not found</html>', b''):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r'a\.safetensors is damaged, cut short or not in the format of safetensors'):
            read_state_dict(path)


class Innocent:
    """Any class of somebody's code."""


def test_objects_and_web_pages_are_refused(tmp_path):
    page = tmp_path / 'page.pth'
    page.write_text('<html>not found</html>')
    for path in (page, saved(tmp_path, {'w': torch.zeros(1), 'args': Innocent()})):
        with pytest.raises(ValueError, match='is not a file of tensors'):
            read_state_dict(path)
    with pytest.raises(ValueError, match=r'it also holds Python objects \(.*\.Innocent\), which are refused because loading them can run code'):
        read_state_dict(tmp_path / 'a.pth')


def test_an_archive_with_a_program_is_refused_with_the_cure(tmp_path):
    """As OpenAI released CLIP."""
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / 'a.pt')
    with pytest.raises(ValueError, match=r'a\.pt is a TorchScript archive, .* refused because loading it runs that program.*state_dict'):
        read_state_dict(tmp_path / 'a.pt')


def test_what_is_no_state_dict_is_said_with_the_cure(tmp_path):
    with pytest.raises(ValueError, match="'epoch', 'model' are no tensor; if the weights are what lies under 'model', save that part"):
        read_state_dict(saved(tmp_path, {'epoch': 3, 'model': {'w': torch.zeros(1)}}))
    with pytest.raises(ValueError, match=r'holds a list, not tensors by name \(a state dict\)'):
        read_state_dict(saved(tmp_path, [torch.zeros(1)]))


def test_every_kind_of_misfit_is_named():
    state = {'neck.weigth': torch.zeros(2, 2), 'neck.bias': torch.zeros(3)}
    with pytest.raises(ValueError) as error:
        check_keys(state, {'neck.weight': (2, 2), 'neck.bias': (2, )}, 'checkpoint a.pth', 'the neck')
    assert str(error.value).splitlines() == [
        'checkpoint a.pth does not fit the neck', "  missing: 'neck.weight'", "  not known: 'neck.weigth'; did you mean 'neck.weight'?",
        "  of another shape: 'neck.bias' (neck.bias is (3,), not (2,))"
    ]


def test_hundreds_of_keys_are_counted():
    with pytest.raises(ValueError, match="missing: 'k0', 'k1', 'k2', 'k3', 'k4' and 95 more$"):
        check_keys({}, {f'k{i}': (1, ) for i in range(100)}, 'x', 'y')
