import numpy as np
import pytest
import torch
from mmengine.model import BaseModel

from avreg.models.checkpoints import convert_checkpoint
from avreg.registry import MODELS
from tests.models.golden import DATA, assert_golden, fill_by_name, load_keys


@pytest.fixture(scope='module')
def golden() -> dict[str, np.ndarray]:
    with np.load(DATA / 'vggish/case.npz') as file:
        return dict(file)


@pytest.fixture(scope='module')
def official_file(tmp_path_factory):
    """A stand-in for the official file, in full size."""
    path = tmp_path_factory.mktemp('official') / 'vggish-10086976.pth'
    torch.save(fill_by_name(load_keys('vggish/keys.json')), path)
    yield path
    # 290 MB, which pytest would keep for a while.
    path.unlink()


@pytest.fixture(scope='module')
def frozen(official_file):
    """Of three outputs, behind the frozen network."""
    return vggish(checkpoint=str(official_file), channels=3)


def vggish(**arguments):
    torch.manual_seed(0)
    return MODELS.build(dict(type='VGGishEncoder', **arguments))


def log_mel(B=2, T=3) -> torch.Tensor:
    return torch.randn(B, T, 1, 96, 64, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
@pytest.mark.parametrize('clip', ['one', 'three'])
def test_gives_the_official_numbers(golden, frozen, clip):
    examples = torch.from_numpy(golden[f'{clip}_log_mel'])
    convolved = frozen.network.features(examples).double()
    of = {name: golden[f'{clip}_conv/{name}'] for name in ('shape', 'index', 'value', 'mean', 'std', 'l2')}
    assert list(convolved.shape) == of['shape'].tolist()
    assert_golden(convolved.flatten()[of['index']], of['value'])
    for name, value in dict(mean=convolved.mean(), std=convolved.std(correction=0), l2=convolved.norm()).items():
        assert_golden(value, of[name])
    embedding = frozen.network(examples)
    assert_golden(embedding, golden[f'{clip}_embedding'])
    # The last ReLU hides every second number.
    assert_golden(frozen.network.embeddings[:-1](convolved.float().permute(0, 2, 3, 1).flatten(1)), golden[f'{clip}_embedding_before_relu'])
    assert_golden(frozen(examples[None])['audio'][0], frozen.project(embedding))


def test_official_numbers_of_a_converted_file_behind_the_data_preprocessor(golden, official_file, tmp_path):
    converted = tmp_path / 'vggish.safetensors'
    assert convert_checkpoint('vggish', official_file, converted) == [f'checkpoint {official_file} holds VGGish: 18 keys']
    encoder = vggish(checkpoint=converted, chunk=2)
    converted.unlink()
    preprocessor = MODELS.build(dict(type='AVDataPreprocessor', audio_mean=0, audio_std=1))
    clips = [torch.from_numpy(golden[f'{name}_log_mel']) for name in ('three', 'one')]
    inputs = preprocessor(dict(inputs=dict(audio=clips), data_samples=[None, None]))['inputs']
    out = encoder(inputs['audio'])
    assert out.keys() == {'audio'} and out['audio'].shape == (2, 3, 128) and (out['audio'] >= 0).all()
    assert_golden(out['audio'][0], golden['three_embedding'])
    assert_golden(out['audio'][1, :1], golden['one_embedding'])


@torch.no_grad()
def test_an_example_depends_on_no_other(frozen):
    x = log_mel()
    whole, permuted, alone = (frozen(y)['audio'] for y in (x, x.flip(0, 1), x[1:, 2:]))
    torch.testing.assert_close(whole.flip(0, 1), permuted, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(whole[1:, 2:], alone, atol=1e-5, rtol=1e-5)


def test_frozen_has_no_gradient_and_stays_in_evaluation_mode(frozen):
    around = torch.nn.ModuleDict({'audio': frozen}).train()
    assert frozen.training and not any(module.training for module in frozen.network.modules())
    assert [name for name, p in frozen.named_parameters() if p.requires_grad] == ['project.weight', 'project.bias']
    x = log_mel(1, 2).requires_grad_()
    frozen(x)['audio'].sum().backward()
    assert x.grad is None and frozen.project.weight.grad.any() and all(p.grad is None for p in frozen.network.parameters())
    assert not any(module.training for module in around.eval().modules())


def test_otherwise_every_weight_learns():
    encoder = vggish(frozen=False).train()
    assert all(module.training for module in encoder.modules())
    encoder(log_mel(1, 2))['audio'].square().sum().backward()
    assert [name for name, p in encoder.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_the_checkpoint_outlives_mmengines_initialisation(frozen):

    class Around(BaseModel):

        def forward(self):
            """Never called."""

    model = Around()
    model.audio = frozen
    before = frozen.network.embeddings[4].weight.clone(), frozen.network.features[0].weight.clone()
    model.init_weights()
    assert torch.equal(before[0], frozen.network.embeddings[4].weight) and torch.equal(before[1], frozen.network.features[0].weight)


def test_random_weights_are_said_to_be(monkeypatch):
    said = []
    monkeypatch.setattr('avreg.models.backbones.pretrained_encoder.print_log', lambda text, *_: said.append(text))
    vggish()
    assert said == ['VGGishEncoder has random weights: no checkpoint is given']


def test_errors_say_what_would_be_right(frozen, official_file):
    with pytest.raises(ValueError, match=r'takes log-mel of shape \(B, T, 1, 96, 64\), got \(2, 3, 128\)'):
        frozen(torch.zeros(2, 3, 128))
    with pytest.raises(FileNotFoundError, match=r"vggish\.pth does not exist; did you mean 'vggish-10086976\.pth'"):
        vggish(checkpoint=official_file.with_name('vggish.pth'))
    with pytest.raises(ValueError, match=r'VGGishEncoder\(chunk=0\): at least one input'):
        vggish(chunk=0)
