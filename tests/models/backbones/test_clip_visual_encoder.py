import json

import pytest
import torch
from mmengine.model import BaseModel

from avreg.registry import MODELS
from tests.models import tiny_clip
from tests.models.tiny_clip import IMAGE, PATCH, PROJECTED, VISUAL

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
M = (IMAGE // PATCH)**2


@pytest.fixture(scope='module')
def download(tmp_path_factory):
    """A folder, and the model in it as transformers has it."""
    folder = tmp_path_factory.mktemp('clip')
    return folder, tiny_clip.make_clip(folder)


@pytest.fixture
def visual(download):
    """Builds the encoder of that folder."""

    def build(**arguments):
        torch.manual_seed(0)
        return MODELS.build(dict(type='CLIPVisualEncoder', **{'variant': None, 'checkpoint': str(download[0]), **arguments}))

    return build


def frames(B=2, T=3) -> torch.Tensor:
    return torch.randn(B, T, 3, IMAGE, IMAGE, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
def test_gives_clips_own_features_behind_the_data_preprocessor(download, visual):
    pixels = torch.randint(256, (5, 3, IMAGE, IMAGE), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    batch = MODELS.build(dict(type='AVDataPreprocessor'))(dict(inputs=dict(visual=[pixels[:3], pixels[3:]]), data_samples=[None, None]))
    out = visual(chunk=2)(batch['inputs']['visual'])
    assert out['visual'].shape == (2, 3, PROJECTED) and out['patches'].shape == (2, 3, M, VISUAL) and out['grid'] == (4, 4)
    clip = download[1]
    theirs = clip.get_image_features(pixel_values=(pixels / 255 - MEAN) / STD)
    patches = clip.vision_model.post_layernorm(theirs.last_hidden_state)[:, 1:]
    for name, expected in (('visual', theirs.pooler_output), ('patches', patches)):
        ours = torch.cat([out[name][0], out[name][1, :2]])
        torch.testing.assert_close(ours, expected, atol=2e-5, rtol=1e-4)
        assert expected.std(0).mean() > 0.01, 'or all frames look alike'


@torch.no_grad()
def test_another_normalisation_before_it_is_taken_back(visual):
    pixels = 255 * torch.rand(1, 2, 3, IMAGE, IMAGE, generator=torch.Generator().manual_seed(0))
    plain = visual(input_mean=(0, 0, 0), input_std=(1, 1, 1))(pixels)
    own = visual(input_mean=(127.5, ) * 3, input_std=(127.5, ) * 3)(pixels / 127.5 - 1)
    for name in ('visual', 'patches'):
        torch.testing.assert_close(plain[name], own[name], atol=2e-5, rtol=1e-4)


@torch.no_grad()
def test_the_chunk_changes_nothing_and_a_frame_depends_on_no_other(visual):
    x = frames()
    whole = visual(channels=6)(x)
    others = visual(channels=6, chunk=4)(x), visual(channels=6, chunk=1)(x.flip(0, 1)), visual(channels=6)(x[1:, 2:])
    for name in ('visual', 'patches'):
        for a, b in zip((whole[name], whole[name].flip(0, 1), whole[name][1:, 2:]), (other[name] for other in others)):
            torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_patches_lie_row_by_row(visual):
    encoder, seen = visual(), []
    encoder.network.vision_model.encoder.register_forward_pre_hook(lambda _, args, kwargs: seen.append(kwargs['inputs_embeds']),
                                                                   with_kwargs=True)
    x = torch.zeros(1, 1, 3, IMAGE, IMAGE)
    encoder(x)
    x[..., 2 * PATCH:3 * PATCH, PATCH:2 * PATCH] = 1
    assert encoder(x)['grid'] == (4, 4)
    # What enters the first layer, behind the class token.
    assert (seen[1] - seen[0])[0].norm(dim=-1).nonzero().tolist() == [[1 + 2 * 4 + 1]]


def test_frozen_has_no_gradient_and_stays_in_evaluation_mode(visual):
    encoder = visual(channels=6)
    torch.nn.ModuleDict({'visual': encoder}).train()
    assert encoder.training and not any(module.training for module in encoder.network.modules())
    learning = {name for name, p in encoder.named_parameters() if p.requires_grad}
    assert learning == {f'{layer}.{kind}' for layer in ('project', 'project_patches') for kind in ('weight', 'bias')}
    x = frames().requires_grad_()
    out = encoder(x)
    assert out['visual'].shape == (2, 3, 6) and out['patches'].shape == (2, 3, M, 6)
    (out['visual'].sum() + out['patches'].sum()).backward()
    assert x.grad is None and all((p.grad is not None and p.grad.any()) == (name in learning) for name, p in encoder.named_parameters())
    assert not any(y.requires_grad for y in visual()(frames().requires_grad_()).values() if isinstance(y, torch.Tensor))


def test_otherwise_every_weight_learns(visual):
    encoder = visual(frozen=False, channels=6, chunk=2).train()
    assert all(module.training for module in encoder.modules())
    out = encoder(frames())
    (out['visual'].square().mean() + out['patches'].square().mean()).backward()
    assert [name for name, p in encoder.named_parameters() if p.grad is None] == []


def test_its_own_checkpoint_comes_back_and_outlives_mmengines_initialisation(visual, tmp_path):

    class Around(BaseModel):

        def forward(self):
            """Never called."""

    model = Around()
    model.visual = visual(channels=6)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    model.init_weights()
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    torch.save(model.visual.state_dict(), tmp_path / 'a.pth')
    other = visual(channels=6)
    torch.nn.init.zeros_(other.project.weight)
    other.load_state_dict(torch.load(tmp_path / 'a.pth', weights_only=True))
    assert torch.equal(other(frames())['visual'], model.visual(frames())['visual'])


def test_half_precision_of_a_download_is_not_kept(tmp_path):
    clip = tiny_clip.make_clip(tmp_path)
    config = {**tiny_clip.config(), 'torch_dtype': 'float16'}
    config['vision_config']['torch_dtype'] = 'float16'
    (tmp_path / 'config.json').write_text(json.dumps(config))
    encoder = MODELS.build(dict(type='CLIPVisualEncoder', variant=None, checkpoint=tmp_path))
    assert {p.dtype for p in encoder.parameters()} == {torch.float32}
    assert torch.equal(encoder.network.visual_projection.weight, clip.visual_projection.weight)


def test_random_weights_and_dropped_keys_are_said_to_be(monkeypatch, visual):
    said = []
    monkeypatch.setattr('avreg.models.backbones.pretrained_encoder.print_log', lambda text, *_: said.append(text))
    visual()
    assert len(said) == 1 and "holds CLIP's visual tower: 40 keys; dropped the text tower: 38 keys; dropped " in said[0]
    # The sizes of a published variant would take seconds.
    tiny = type('Config', (), {'vision_config': visual().network.config})
    monkeypatch.setattr('avreg.models.backbones.clip_visual_encoder.clip_config', lambda variant, folder: tiny)
    visual(variant='ViT-B/32', checkpoint=None)
    assert said[-1] == "CLIPVisualEncoder(variant='ViT-B/32') has random weights: no checkpoint is given"


def test_errors_say_what_would_be_right(visual, tmp_path):
    with pytest.raises(ValueError, match="CLIP has no variant='ViT-B32'; did you mean 'ViT-B/32'"):
        visual(variant='ViT-B32')
    with pytest.raises(ValueError, match="is not of variant 'ViT-L/14'"):
        visual(variant='ViT-L/14')
    with pytest.raises(FileNotFoundError, match='has no config.json'):
        visual(checkpoint=tmp_path)
    with pytest.raises(ValueError, match=r'takes frames \(B, T, 3, 32, 32\), got \(1, 1, 3, 48, 32\); set Resize\(size=32\) in the'):
        visual()(torch.zeros(1, 1, 3, 48, 32))
    with pytest.raises(ValueError, match=r'CLIPVisualEncoder\(chunk=-1\)'):
        visual(chunk=-1)


@torch.no_grad()
def test_merging_nothing_changes_nothing(visual):
    plain, merged = visual()(frames()), visual(num_tokens=M + 1)(frames())
    torch.testing.assert_close(plain['visual'], merged['visual'], atol=2e-5, rtol=1e-4)
    torch.testing.assert_close(plain['patches'], merged['patches'][:, :, 1:], atol=2e-5, rtol=1e-4)
    assert torch.equal(merged['token_group'], torch.arange(1, M + 1).expand(2, 3, -1))


@pytest.mark.parametrize('num_tokens, rate', [(7, None), (9, 6)])
def test_merged_tokens_and_where_each_place_went(visual, num_tokens, rate):
    out = visual(num_tokens=num_tokens, merge_rate=rate, channels=12, chunk=4)(frames())
    assert out['patches'].shape == (2, 3, num_tokens, 12) and out['visual'].shape == (2, 3, 12) and out['grid'] == (4, 4)
    # The class token is merged with none.
    assert out['token_group'].shape == (2, 3, M) and out['token_group'].min() == 1
    assert all(set(group.tolist()) == set(range(1, num_tokens)) for group in out['token_group'].flatten(0, 1))
    out['patches'].sum().backward()


def test_merging_that_cannot_be_is_told(visual):
    with pytest.raises(ValueError, match='num_tokens=3: 17 tokens in 2 blocks come down to 5 at least'):
        visual(num_tokens=3)
    with pytest.raises(ValueError, match='merge_rate=4.*without num_tokens nothing is merged'):
        visual(merge_rate=4)
