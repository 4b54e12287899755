import pytest
import torch

from avreg.models.checkpoints import PVT_V2_SIZES, convert_pvt_v2, load_pvt_v2
from avreg.models.checkpoints.pvt_v2 import official_shapes
from tests.models.golden import fill_by_name, load_keys


def shapes_only(variant: str) -> dict[str, torch.Tensor]:
    """An official state dict without values: what the larger variants need of time and memory is nothing."""
    return {key: torch.empty(shape, device='meta') for key, shape in official_shapes(variant).items()}


@pytest.fixture(scope='module')
def official() -> dict[str, torch.Tensor]:
    return fill_by_name(load_keys('pvt_v2/keys_b0.json'))


@pytest.mark.parametrize('variant', ['b0', 'b2', 'b5'])
def test_knows_every_official_key_and_shape(variant):
    assert official_shapes(variant) == load_keys(f'pvt_v2/keys_{variant}.json')


@pytest.mark.parametrize('variant', PVT_V2_SIZES)
def test_fills_every_key_of_transformers_and_finds_the_variant(variant):
    from transformers import PvtV2Backbone, PvtV2Config
    sizes = PVT_V2_SIZES[variant]
    with torch.device('meta'):
        backbone = PvtV2Backbone(PvtV2Config(hidden_sizes=sizes.widths, depths=sizes.depths, mlp_ratios=sizes.mlp_ratios))
    state, notes = convert_pvt_v2(shapes_only(variant))
    assert {k: v.shape for k, v in state.items()} == {k: v.shape for k, v in backbone.state_dict().items()}
    assert f'PVT v2 {variant}' in notes[0]


def test_keys_and_values_are_the_halves_of_one_matrix(official):
    state, _ = convert_pvt_v2(official)
    for kind in ('weight', 'bias'):
        halves = [state[f'encoder.layers.3.blocks.1.attention.{name}.{kind}'] for name in ('key', 'value')]
        assert torch.equal(torch.cat(halves), official[f'block4.1.attn.kv.{kind}'])
    assert torch.equal(state['encoder.layers.1.layer_norm.bias'], official['norm2.bias'])


def test_the_classifier_is_dropped_with_a_note_and_the_input_stays_as_it_is(official):
    with_head = {**official, 'head.weight': torch.zeros(1000, 256), 'head.bias': torch.zeros(1000)}
    state, notes = convert_pvt_v2(with_head)
    assert state.keys() == convert_pvt_v2(official)[0].keys() and len(with_head) == len(official) + 2
    assert notes[-1] == 'dropped the classifier: head.weight, head.bias'


@pytest.mark.parametrize('key', ['patch_embed1.proj.weight', 'block3.1.attn.kv.bias', 'norm4.weight'])
def test_a_lost_key_is_named(official, key):
    with pytest.raises(ValueError, match=f'^checkpoint a.pth does not fit PVT v2 b0\n  missing: {key!r}$'):
        convert_pvt_v2({k: v for k, v in official.items() if k != key}, 'b0', 'checkpoint a.pth')


@pytest.mark.parametrize('key', ['block1.2.norm1.weight', 'norm5.bias', 'headless.weight', 'block4.0.attn.sr.weight'])
def test_an_additional_key_is_named(official, key):
    with pytest.raises(ValueError, match=f'^checkpoint a.pth does not fit PVT v2 b0\n  not known: {key!r}'):
        convert_pvt_v2({**official, key: torch.zeros(1)}, 'b0', 'checkpoint a.pth')


def test_another_shape_is_named(official):
    with pytest.raises(ValueError, match=r'norm4.weight is \(3,\), not \(256,\)'):
        convert_pvt_v2({**official, 'norm4.weight': torch.zeros(3)})


@pytest.mark.parametrize('wanted', PVT_V2_SIZES)
@pytest.mark.parametrize('held', PVT_V2_SIZES)
def test_another_variant_is_told_by_its_shapes(held, wanted):
    if held == wanted:
        assert convert_pvt_v2(shapes_only(held), wanted)
    else:
        message = f"x.pth is of variant '{held}', not '{wanted}': set variant='{held}', or give pvt_v2_{wanted}.pth"
        with pytest.raises(ValueError, match=message):
            convert_pvt_v2(shapes_only(held), wanted, 'x.pth')


@pytest.mark.parametrize('state', [{}, {'conv1.weight': torch.zeros(64, 3, 7, 7)}], ids=['empty', 'resnet'])
def test_another_network_is_not_a_pvt(state):
    with pytest.raises(ValueError, match=r'x.pth is not a PVT v2 of a published size \(b0, b1, .*patch_embed1.proj.weight'):
        convert_pvt_v2(state, 'b0', 'x.pth')


def test_official_and_converted_files_load_alike(official, tmp_path):
    torch.save(official, tmp_path / 'official.pth')
    torch.save(convert_pvt_v2(official)[0], tmp_path / 'converted.pth')
    a, b = (load_pvt_v2(tmp_path / name, 'b0')[0] for name in ('official.pth', 'converted.pth'))
    assert a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def test_a_converted_file_is_checked_as_strictly(official, tmp_path):
    state, path = convert_pvt_v2(official)[0], tmp_path / 'converted.pth'
    torch.save(state, path)
    with pytest.raises(ValueError, match="converted.pth is of variant 'b0', not 'b2'"):
        load_pvt_v2(path, 'b2')
    state.pop('encoder.layers.0.layer_norm.bias')
    torch.save(state, path)
    with pytest.raises(ValueError, match="missing: 'encoder.layers.0.layer_norm.bias'"):
        load_pvt_v2(path, 'b0')
