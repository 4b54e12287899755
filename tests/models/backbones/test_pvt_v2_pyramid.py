import numpy as np
import pytest
import torch
from mmengine.model import BaseModel

from avreg.registry import MODELS
from tests.models.golden import DATA, assert_golden, fill_by_name, load_keys, named_input


@pytest.fixture(scope='module')
def golden() -> dict[str, np.ndarray]:
    return np.load(DATA / 'pvt_v2/case.npz')


@pytest.fixture(scope='module')
def b0_file(tmp_path_factory):
    """A stand-in for the official pvt_v2_b0.pth, classifier included."""
    path = tmp_path_factory.mktemp('official') / 'pvt_v2_b0.pth'
    classifier = {'head.weight': torch.zeros(1000, 256), 'head.bias': torch.zeros(1000)}
    torch.save({**fill_by_name(load_keys('pvt_v2/keys_b0.json')), **classifier}, path)
    return path


def pyramid(**arguments):
    return MODELS.build(dict(type='PVTv2Pyramid', **{'variant': 'b0', **arguments}))


def frames(B=2, T=3, H=64, W=96) -> torch.Tensor:
    return torch.randn(B, T, 3, H, W, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
def test_b0_gives_the_official_maps(golden, b0_file):
    maps = pyramid(checkpoint=str(b0_file)).eval()(torch.from_numpy(golden['b0_image'])[None])['pixels']
    for stage, ours in enumerate(maps, start=1):
        assert_golden(ours[0], golden[f'b0_stage{stage}'])


@torch.no_grad()
def test_b2_gives_the_official_maps(golden, tmp_path):
    path = tmp_path / 'pvt_v2_b2.pth'
    torch.save(fill_by_name(load_keys('pvt_v2/keys_b2.json')), path)
    maps = pyramid(variant='b2', checkpoint=path).eval()(named_input('pvt.shared.b2', (1, 3, 64, 96))[None])['pixels']
    for stage, ours in enumerate(maps, start=1):
        of = {name: golden[f'b2_stage{stage}/{name}'] for name in ('shape', 'index', 'value', 'mean', 'std', 'l2')}
        ours = ours[0].double()
        assert list(ours.shape) == of['shape'].tolist()
        assert_golden(ours.flatten()[of['index']], of['value'])
        for name, value in dict(mean=ours.mean(), std=ours.std(correction=0), l2=ours.norm()).items():
            assert_golden(value, of[name])


def test_shapes():
    maps = pyramid()(frames())['pixels']
    assert [tuple(x.shape) for x in maps] == [(2, 3, 32, 16, 24), (2, 3, 64, 8, 12), (2, 3, 160, 4, 6), (2, 3, 256, 2, 3)]


@torch.no_grad()
def test_a_frame_depends_on_no_other(b0_file):
    encoder, x = pyramid(checkpoint=b0_file).eval(), frames()
    whole = encoder(x)['pixels']
    permuted, alone = encoder(x.flip(0, 1))['pixels'], encoder(x[1:, 2:])['pixels']
    for a, b, c in zip(whole, permuted, alone):
        torch.testing.assert_close(a.flip(0, 1), b, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(a[1:, 2:], c, atol=1e-5, rtol=1e-5)


def test_frozen_has_no_gradient_and_stays_in_evaluation_mode(b0_file):
    encoder, x = pyramid(checkpoint=b0_file, frozen=True), frames()
    before = encoder(x)['pixels']
    torch.nn.ModuleDict({'visual': encoder}).train()
    assert not any(module.training for module in encoder.modules()) and not any(p.requires_grad for p in encoder.parameters())
    after = encoder(x.requires_grad_())['pixels']
    assert not any(y.requires_grad for y in after)
    assert all(torch.equal(a, b) for a, b in zip(before, after))


def test_otherwise_every_weight_learns():
    encoder = pyramid(drop_path=0.0).train()
    assert all(module.training for module in encoder.modules())
    sum(y.square().mean() for y in encoder(frames())['pixels']).backward()
    # A bias that moves all keys alike cancels in the softmax: its gradient is there, and only rounding.
    assert [name for name, p in encoder.named_parameters() if p.grad is None] == []


def test_drop_path_is_on_in_training_only(b0_file):
    encoder, x = pyramid(checkpoint=b0_file, drop_path=0.5), frames(1, 2, 32, 32)
    torch.manual_seed(0)
    a, b = (encoder.train()(x)['pixels'][3] for _ in range(2))
    assert not torch.equal(a, b)
    a, b = (encoder.eval()(x)['pixels'][3] for _ in range(2))
    assert torch.equal(a, b)


def test_the_checkpoint_outlives_mmengines_initialisation(b0_file):
    """transformers' models have an ``init_weights`` too, which MMEngine calls."""

    class Around(BaseModel):

        def forward(self):
            """Never called."""

    model = Around()
    model.visual = pyramid(checkpoint=b0_file)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    model.init_weights()
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())


def test_random_weights_are_said_to_be(monkeypatch):
    said = []
    monkeypatch.setattr('avreg.models.backbones.pretrained_encoder.print_log', lambda text, *_: said.append(text))
    pyramid()
    assert said == ["PVTv2Pyramid(variant='b0') has random weights: no checkpoint is given"]


def test_the_dropped_classifier_is_noted(monkeypatch, b0_file):
    said = []
    monkeypatch.setattr('avreg.models.backbones.pretrained_encoder.print_log', lambda text, *_: said.append(text))
    pyramid(checkpoint=b0_file)
    assert len(said) == 1 and 'pvt_v2_b0.pth holds PVT v2 b0: 176 keys; dropped the classifier: head.weight, head.bias' in said[0]


def test_errors_say_what_would_be_right(b0_file):
    with pytest.raises(ValueError, match="PVTv2Pyramid has no variant='b6'; valid: b0, b1, b2, b3, b4, b5"):
        pyramid(variant='b6')
    with pytest.raises(ValueError, match="pvt_v2_b0.pth is of variant 'b0', not 'b5': set variant='b0', or give pvt_v2_b5.pth"):
        pyramid(variant='b5', checkpoint=b0_file)
    with pytest.raises(FileNotFoundError, match="pvt_v2_b1.pth does not exist; did you mean 'pvt_v2_b0.pth'"):
        pyramid(variant='b1', checkpoint=b0_file.with_name('pvt_v2_b1.pth'))
    with pytest.raises(ValueError, match=r'H and W multiples of 32 \(as 224\), got \(1, 1, 3, 112, 112\)'):
        pyramid()(torch.zeros(1, 1, 3, 112, 112))
    with pytest.raises(ValueError, match=r'takes frames \(B, T, 3, H, W\)'):
        pyramid()(torch.zeros(1, 3, 64, 64))
