import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from avreg.models.checkpoints import CLIP_SIZES, clip_config, load_clip
from tests.models import tiny_clip


@pytest.fixture(scope='module')
def download(tmp_path_factory):
    folder = tmp_path_factory.mktemp('clip')
    return folder, tiny_clip.make_clip(folder)


def shapes(model, *prefixes: str) -> dict[str, tuple[int, ...]]:
    return {key: tuple(tensor.shape) for key, tensor in model.state_dict().items() if key.startswith(prefixes)}


def saved_config(folder, variant: str, **changes):
    folder.mkdir(exist_ok=True)
    content = clip_config(variant).to_dict()
    content['vision_config'].update(changes)
    (folder / 'config.json').write_text(json.dumps(content))
    return folder


@pytest.mark.parametrize('variant, parameters', [('ViT-B/32', 151_277_313), ('ViT-B/16', 149_620_737), ('ViT-L/14', 427_616_513),
                                                 ('ViT-L/14@336', 427_944_193)])
def test_published_variants_have_the_published_number_of_parameters(variant, parameters):
    from transformers import CLIPModel
    with torch.device('meta'):
        model = CLIPModel(clip_config(variant))
    assert sum(p.numel() for p in model.parameters()) == parameters
    names = model.state_dict().keys()
    # What a download calls them.
    assert {'vision_model.embeddings.class_embedding', 'vision_model.pre_layrnorm.weight', 'vision_model.post_layernorm.bias',
            'vision_model.encoder.layers.11.self_attn.out_proj.bias', 'text_model.encoder.layers.11.mlp.fc2.weight',
            'text_model.embeddings.token_embedding.weight', 'text_model.final_layer_norm.weight', 'visual_projection.weight',
            'text_projection.weight', 'logit_scale'} <= names


def test_takes_the_sizes_of_a_folder_and_its_common_projection(download):
    config = clip_config(None, download[0])
    assert config.vision_config.hidden_size == 32 and config.text_config.hidden_size == 24
    assert config.vision_config.projection_dim == config.text_config.projection_dim == 16


@pytest.mark.parametrize('wanted', CLIP_SIZES)
@pytest.mark.parametrize('held', CLIP_SIZES)
def test_another_variant_is_told_by_its_sizes(tmp_path, held, wanted):
    folder = saved_config(tmp_path / 'clip', held)
    if held == wanted:
        assert clip_config(wanted, folder).vision_config.image_size == CLIP_SIZES[wanted].image_size
    else:
        with pytest.raises(ValueError, match=f"/clip is of variant '{held}', not '{wanted}': set variant='{held}', or give the folder of"):
            clip_config(wanted, folder)


def test_sizes_that_nobody_published_are_named_with_the_cure(tmp_path):
    folder = saved_config(tmp_path / 'clip', 'ViT-B/32', hidden_act='gelu', patch_size=8)
    with pytest.raises(ValueError, match=r"is not of variant 'ViT-B/32' \(vision_config.hidden_act is gelu, not quick_gelu; "
                       r'vision_config.patch_size is 8, not 32\), nor of another one .*: set variant=None'):
        clip_config('ViT-B/32', folder)
    assert clip_config(None, folder).vision_config.patch_size == 8


def test_what_is_no_download_is_said_to_be(tmp_path, download):
    with pytest.raises(ValueError, match="CLIP has no variant='vit-l14'; did you mean 'ViT-L/14'"):
        clip_config('vit-l14')
    with pytest.raises(ValueError, match='variant=None takes the sizes from a checkpoint, and none is given; valid: ViT-B/32'):
        clip_config(None)
    with pytest.raises(FileNotFoundError, match='openai/clip-vit-large-patch14 does not exist; nothing is downloaded here'):
        clip_config(None, 'openai/clip-vit-large-patch14')
    with pytest.raises(FileNotFoundError, match='vocab.json is a file, not the folder of a download'):
        clip_config(None, download[0] / 'vocab.json')
    with pytest.raises(FileNotFoundError, match='has no config.json; it holds nothing'):
        clip_config(None, tmp_path)
    (tmp_path / 'config.json').write_text('<html>')
    with pytest.raises(ValueError, match='config.json is not JSON'):
        clip_config(None, tmp_path)
    (tmp_path / 'config.json').write_text('{"model_type": "siglip"}')
    with pytest.raises(ValueError, match="is not of CLIP: its model_type is 'siglip', not 'clip'"):
        clip_config(None, tmp_path)
    with pytest.raises(FileNotFoundError, match='has no weights: neither model.safetensors nor pytorch_model.bin; it holds config.json'):
        load_clip(tmp_path, 'visual', {})


@pytest.mark.parametrize('tower, other, prefixes', [('visual', 'text', ('vision_model.', 'visual_projection.')),
                                                    ('text', 'visual', ('text_model.', 'text_projection.'))])
@pytest.mark.parametrize('weights', ['model.safetensors', 'pytorch_model.bin'])
def test_gives_one_tower_and_says_what_it_dropped(tmp_path, tower, other, prefixes, weights):
    model = tiny_clip.make_clip(tmp_path, weights)
    state, notes = load_clip(tmp_path, tower, shapes(model, *prefixes))
    assert all(torch.equal(state[key], model.state_dict()[key]) for key in shapes(model, *prefixes))
    mine = 'vision' if tower == 'visual' else 'text'
    assert notes[0] == f"checkpoint {tmp_path / weights} holds CLIP's {tower} tower: {len(state)} keys"
    assert notes[1].startswith(f'dropped the {other} tower: ')
    assert notes[2] in (f'dropped {a}, {b}' for a, b in (('logit_scale', f'{mine}_model.embeddings.position_ids'),
                                                         (f'{mine}_model.embeddings.position_ids', 'logit_scale')))


def test_lost_additional_and_reshaped_keys_are_named(tmp_path, download):
    state = load_file(download[0] / 'model.safetensors')
    state.pop('vision_model.post_layernorm.bias')
    state.update({'vision_model.post_norm.bias': torch.zeros(1), 'head.weight': torch.zeros(2, 2)})
    state['visual_projection.weight'] = torch.zeros(1)
    save_file(state, tmp_path / 'model.safetensors')
    with pytest.raises(ValueError) as error:
        load_clip(tmp_path, 'visual', shapes(download[1], 'vision_model.', 'visual_projection.'))
    first, missing, unknown, reshaped = str(error.value).splitlines()
    assert first == f"checkpoint {tmp_path}/model.safetensors does not fit CLIP's visual tower"
    assert missing == "  missing: 'vision_model.post_layernorm.bias'"
    assert "'vision_model.post_norm.bias'" in unknown and "'head.weight'" in unknown
    assert 'visual_projection.weight is (1,), not (16, 32)' in reshaped
