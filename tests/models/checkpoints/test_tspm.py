import pytest
import torch

from avreg.models.checkpoints import convert_checkpoint, convert_tspm, read_state_dict
from avreg.models.checkpoints.tspm import official_shapes
from tests.models.golden import fill_by_name, load_keys


@pytest.fixture(scope='module')
def official() -> dict[str, torch.Tensor]:
    return fill_by_name(load_keys('tspm/keys.json'))


def test_knows_every_official_key_and_shape():
    assert official_shapes() == load_keys('tspm/keys.json')


def test_what_is_dropped_is_told_and_nothing_else(official):
    state, notes = convert_tspm(official)
    dropped = notes[1].removeprefix('dropped what has no effect on an answer: ').split(', and the values')[0].split(', ')
    assert len(dropped) == 12 and len(state) == 76 - 12 - 2 + 4 and '76 keys' in notes[0]
    kept = sum(x.numel() for x in state.values())
    assert kept == 12306474 - sum(official[key].numel() for key in dropped) - 512 * 513


def test_a_key_of_several_gpus_is_the_same(official):
    plain, parallel = (convert_tspm(state)[0] for state in (official, {f'module.{key}': x for key, x in official.items()}))
    assert plain.keys() == parallel.keys() and all(torch.equal(plain[key], parallel[key]) for key in plain)


@pytest.mark.parametrize('key', ['input_a.bias', 'AV_Attn.norm2.weight', 'TemporalPerception.attn_qst_query.in_proj_weight'])
def test_a_lost_or_additional_key_is_an_error(official, key):
    with pytest.raises(ValueError, match=f'^checkpoint a.pt does not fit TSPM\n  missing: {key!r}$'):
        convert_tspm({k: v for k, v in official.items() if k != key}, 'checkpoint a.pt')
    with pytest.raises(ValueError, match=f"^checkpoint a.pt does not fit TSPM\n  not known: '{key}s'"):
        convert_tspm({**official, f'{key}s': torch.zeros(1)}, 'checkpoint a.pt')


def test_the_tool_converts_it(official, tmp_path):
    torch.save(official, tmp_path / 'a.pt')
    convert_checkpoint('tspm', tmp_path / 'a.pt', tmp_path / 'b.safetensors')
    assert read_state_dict(tmp_path / 'b.safetensors').keys() == convert_tspm(official)[0].keys()
