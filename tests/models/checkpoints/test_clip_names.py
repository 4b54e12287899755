import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from avreg.models.checkpoints import CLIP_SIZES, clip_config, convert_checkpoint, convert_clip
from avreg.models.checkpoints.clip import CLIPSizes
from avreg.registry import MODELS
from tests.models.official_clip import OfficialCLIP

TINY = CLIPSizes(8, 32, 64, 2, 64)


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """A variant that is as small as the names allow."""
    monkeypatch.setitem(CLIP_SIZES, 'tiny', TINY)


@pytest.fixture(scope='module')
def official():
    return OfficialCLIP(*TINY).eval()


@pytest.fixture(scope='module')
def converted(official, tmp_path_factory):
    """The file that the converter makes of OpenAI's names."""
    folder = tmp_path_factory.mktemp('clip')
    constants = dict(input_resolution=torch.tensor(32), context_length=torch.tensor(77), vocab_size=torch.tensor(49408))
    torch.save({**official.state_dict(), **constants}, folder / 'tiny.pt')
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CLIP_SIZES, 'tiny', TINY)
        notes = convert_checkpoint('clip', folder / 'tiny.pt', folder / 'tiny.safetensors')
    assert notes == [f"checkpoint {folder}/tiny.pt holds CLIP tiny in the names of OpenAI's release: {len(official.state_dict())} keys",
                     'dropped input_resolution, context_length, vocab_size']
    return folder / 'tiny.safetensors'


@torch.no_grad()
@pytest.mark.parametrize('variant', ['tiny', None])
def test_a_converted_file_gives_the_official_features(official, converted, variant):
    visual = MODELS.build(dict(type='CLIPVisualEncoder', variant=variant, checkpoint=str(converted), input_mean=(0, 0, 0), input_std=(1, 1, 1)))
    text = MODELS.build(dict(type='CLIPTextEncoder', variant=variant, checkpoint=str(converted)))
    g = torch.Generator().manual_seed(0)
    frames, words = 255 * torch.rand(1, 3, 3, 32, 32, generator=g), torch.randint(49406, (3, 9), generator=g)
    words[:, 0], words[:, 6] = 49406, 49407
    expected = official.visual(frames[0] * visual.scale + visual.shift)
    torch.testing.assert_close(visual(frames)['visual'][0], expected, atol=2e-5, rtol=1e-4)
    torch.testing.assert_close(text(words)['text'], official.encode_text(words), atol=2e-5, rtol=1e-4)
    assert expected.std(0).mean() > 0.01, 'or all frames look alike'


@pytest.mark.parametrize('name', ['model.safetensors', 'pytorch_model.bin'])
def test_a_download_in_the_hugging_face_format_gives_the_same(converted, tmp_path, name):
    state = load_file(converted)
    (tmp_path / 'config.json').write_text(json.dumps(clip_config('tiny').to_dict()))
    positions = {'text_model.embeddings.position_ids': torch.arange(77)[None]}
    torch.save({**state, **positions}, tmp_path / name) if name.endswith('.bin') else save_file({**state, **positions}, tmp_path / name)
    notes = convert_checkpoint('clip', tmp_path, tmp_path / 'new/b.safetensors')
    assert 'in the names of transformers' in notes[0] and notes[1] == 'dropped text_model.embeddings.position_ids'
    again = load_file(tmp_path / 'new/b.safetensors')
    assert again.keys() == state.keys() and all(torch.equal(again[key], tensor) for key, tensor in state.items())


def test_a_download_of_another_activation_is_refused(converted, tmp_path):
    """Its shapes are the same."""
    content = clip_config('tiny').to_dict()
    content['vision_config']['hidden_act'] = 'gelu'
    (tmp_path / 'config.json').write_text(json.dumps(content))
    save_file(load_file(converted), tmp_path / 'model.safetensors')
    with pytest.raises(ValueError, match='of no published variant .* of tiny it differs in vision_config.hidden_act is gelu, not quick_gelu'):
        convert_checkpoint('clip', tmp_path, tmp_path / 'b.safetensors')
    assert not (tmp_path / 'b.safetensors').exists()


@pytest.mark.parametrize('key, ours', [('visual.proj', 'visual_projection.weight'), ('ln_final.bias', 'text_model.final_layer_norm.bias'),
                                       ('visual.transformer.resblocks.1.attn.in_proj_bias', 'vision_model.encoder.layers.1.self_attn.q_proj.bias'),
                                       ('transformer.resblocks.7.mlp.c_fc.weight', 'text_model.encoder.layers.7.mlp.fc1.weight')])
def test_a_lost_key_is_named(official, key, ours):
    state = {k: v for k, v in official.state_dict().items() if k != key}
    with pytest.raises(ValueError, match=rf"^a.pt does not fit CLIP tiny\n  missing: .*{ours}'"):
        convert_clip(state, 'a.pt')


@pytest.mark.parametrize('key', ['visual.transformer.resblocks.0.attn.bias_k', 'visual.extra', 'head.weight'])
def test_an_additional_key_is_named(official, key):
    with pytest.raises(ValueError, match='not known: .*' + key.rpartition('.')[2]):
        convert_clip({**official.state_dict(), key: torch.zeros(1)}, 'a.pt')


def test_other_sizes_and_other_networks_are_said_to_be(official):
    with pytest.raises(ValueError, match=r'a.pt is not a CLIP of a published size \(ViT-B/32, .*: it has patch_size 8, image_size 32, visual_'):
        convert_clip(OfficialCLIP(8, 32, 64, 3, 64).state_dict(), 'a.pt')
    with pytest.raises(ValueError, match="its 1 keys begin with 'layer1.weight'"):
        convert_clip({'layer1.weight': torch.zeros(1)}, 'a.pt')


def test_another_variant_is_told_by_its_shapes(converted):
    with pytest.raises(ValueError, match=r"tiny.safetensors is of variant 'tiny', not 'ViT-B/32': set variant='tiny'"):
        clip_config('ViT-B/32', converted)
    with pytest.raises(FileNotFoundError, match=r"tyny.safetensors does not exist; did you mean 'tiny.safetensors'"):
        clip_config('tiny', converted.with_name('tyny.safetensors'))


@pytest.mark.parametrize('variant', ['ViT-B/32', 'ViT-B/16', 'ViT-L/14', 'ViT-L/14@336'])
def test_published_sizes_fill_every_key(variant):
    with torch.device('meta'):
        official = OfficialCLIP(*CLIP_SIZES[variant])
    state, notes = convert_clip(official.state_dict(), 'a.pt')
    assert f'holds CLIP {variant} in' in notes[0]
    assert sum(tensor.numel() for tensor in state.values()) == sum(p.numel() for p in official.parameters())
