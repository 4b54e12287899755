import pytest
import torch

from avreg.models.checkpoints import convert_ccnet, convert_checkpoint, read_state_dict
from avreg.models.checkpoints.ccnet import CCNetSizes, official_shapes
from avreg.registry import MODELS
from tests.models.ccnet import ccnet_config
from tests.models.golden import fill_by_name, load_keys


@pytest.fixture(scope='module')
def official() -> dict[str, torch.Tensor]:
    return fill_by_name(load_keys('ccnet/keys_small.json'))


def lengths(longest: int) -> tuple[int, ...]:
    return tuple(longest >> level for level in range(6))


def test_knows_every_official_key_and_shape():
    assert official_shapes(CCNetSizes(24, 8, 32, 32, 128, 7, lengths(64))) == load_keys('ccnet/keys_small.json')
    assert official_shapes(CCNetSizes(2048, 128, 512, 512, 128, 100, lengths(256))) == load_keys('ccnet/keys_official.json')


def test_fills_every_key_of_the_published_sizes():
    official = {key: torch.empty(shape, device='meta') for key, shape in load_keys('ccnet/keys_official.json').items()}
    state, notes = convert_ccnet(official)
    with torch.device('meta'):
        model = MODELS.build(dict(
            type='AVModel',
            backbones=dict(audio=dict(type='FeatureIdentity', field='audio', width=128)),
            necks=[dict(type='UnimodalEncoder', audio_channels=128, visual_channels=2048), dict(type='CMCC'), dict(type='MTGC')],
            heads=dict(unav100=dict(type='DenseEventHead'))))
    assert {k: v.shape for k, v in state.items()} == {k: v.shape for k, v in model.state_dict().items()}
    # The normaliser is the only addition.
    assert sum(v.numel() for v in state.values()) == sum(v.numel() for v in official.values()) + 1
    assert round(sum(p.numel() for p in model.parameters()) / 1e6, 1) == 237.7
    assert 'features 2048 + 128 wide, D = 512, 100 classes, T = 256, 6 levels' in notes[0] and 'normalizer' in notes[1]


def test_every_number_arrives_once(official):
    count, numbers = 0, {}
    for key, tensor in official.items():
        numbers[key] = torch.arange(count, count + tensor.numel(), dtype=torch.float64).view(tensor.shape)
        count += tensor.numel()
    state, _ = convert_ccnet(numbers)
    state.pop('heads.unav100.normalizer')
    assert torch.equal(torch.cat([value.flatten() for value in state.values()]).sort().values, torch.arange(count, dtype=torch.float64))


def test_a_training_state_gives_its_averaged_weights(official, tmp_path):
    module = {f'module.{key}': tensor for key, tensor in official.items()}
    other = {key: tensor + 1 for key, tensor in module.items()}
    torch.save(dict(epoch=3, state_dict=other, state_dict_ema=module, optimizer=dict(state={})), tmp_path / 'model.pth.tar')
    notes = convert_checkpoint('ccnet', tmp_path / 'model.pth.tar', tmp_path / 'ours.safetensors')
    assert '1205 keys' in notes[0]
    converted = read_state_dict(tmp_path / 'ours.safetensors')
    assert all(torch.equal(converted[key], value) for key, value in convert_ccnet(official)[0].items())
    MODELS.build(ccnet_config()).load_state_dict(converted)


@pytest.mark.parametrize('key', ['MTGC_block.F2C_attention_block.4.ln2.bias', 'reg_head.scale.5.scale', 'backbone.audio_TCG.3.ln12.weight'])
def test_a_lost_key_is_named(official, key):
    with pytest.raises(ValueError, match=f'^a.pth does not fit CCNet of these sizes .*\n  missing: {key!r}$'):
        convert_ccnet({k: v for k, v in official.items() if k != key}, 'a.pth')


@pytest.mark.parametrize('key', ['backbone.CMI_Visual.5.ln11.weight', 'MTGC_block.channel_mask', 'more'])
def test_an_additional_key_is_named(official, key):
    with pytest.raises(ValueError, match=f'not known: {key!r}'):
        convert_ccnet({**official, key: torch.zeros(1)})


def test_another_shape_and_another_network(official):
    with pytest.raises(ValueError, match=r'cls_head.head.1.conv.weight is \(3,\), not \(32, 32, 3\)'):
        convert_ccnet({**official, 'cls_head.head.1.conv.weight': torch.zeros(3)})
    with pytest.raises(ValueError, match="x.pth is not a CCNet: it has no 'backbone.embd_V.0.conv.weight' of 3 dimensions"):
        convert_ccnet({'conv1.weight': torch.zeros(64, 3, 7, 7)}, 'x.pth')
