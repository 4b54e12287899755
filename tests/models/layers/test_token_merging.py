"""Token merging against the released code, step by step, over the chain of a large ViT, and inside a transformer."""
import numpy as np
import pytest
import torch
from torch import nn

from avreg.models.layers import match_tokens, merge_schedule, merge_to, merged_encoder
from tests.models.golden import DATA, assert_golden, fill_by_name, load_keys, named_input

# A small ViT of timm.
DEPTH, WIDTH, PATCH, TOKENS = 6, 48, 16, 37
MERGED = [5, 5, 4, 3, 0, 0]
NAMES = {'norm1': 'layer_norm1', 'norm2': 'layer_norm2', 'attn.proj': 'self_attn.out_proj', 'mlp.fc1': 'mlp.fc1', 'mlp.fc2': 'mlp.fc2'}


@pytest.fixture(scope='module')
def golden() -> dict[str, np.ndarray]:
    return dict(np.load(DATA / 'tome/case.npz'))


@pytest.mark.parametrize('case', ['cls', 'plain', 'capped'])
def test_two_steps(golden, case):
    take = {name.removeprefix(f'{case}_'): torch.from_numpy(np.asarray(x)) for name, x in golden.items() if name.startswith(f'{case}_')}
    x, size, group = take['x'], torch.ones(take['x'].shape[:2]), None
    for step in ('', '2'):
        matching = match_tokens(take[f'metric{step}'], int(take[f'r{step}']), bool(take['class_token']))
        (x, size), group = matching.merge(x, size), matching.follow(group)
        assert_golden(x, take[f'merged{step}'])
        assert torch.equal(size.unsqueeze(-1), take[f'size{step}']) and torch.equal(group, take[f'group{step}'])
        if not step:
            assert_golden(x.gather(1, group.unsqueeze(-1).expand(-1, -1, x.shape[-1])), take['unmerged'])


@pytest.mark.parametrize('steps, left', [(22, 27), (23, 14), (24, 8)])
def test_the_chain_of_a_large_vit(golden, steps, left):
    schedule = merge_schedule(577, 24, left, rate=25)
    x, size, group = named_input('tome.shared.chain.x', (1, 577, 4)), torch.ones(1, 577), None
    counts = [577]
    for block, r in enumerate(schedule):
        if r:
            matching = match_tokens(named_input(f'tome.shared.chain.metric.{block}', (1, x.shape[1], 8)), r, class_token=True)
            (x, size), group = matching.merge(x, size), matching.follow(group)
        counts.append(x.shape[1])
    assert counts == golden[f'chain{steps}_counts'].tolist() and counts[-1] == left
    assert_golden(x, golden[f'chain{steps}_merged'])
    assert torch.equal(size.unsqueeze(-1), torch.from_numpy(golden[f'chain{steps}_size'])) and size.sum() == 577
    assert torch.equal(group, torch.from_numpy(golden[f'chain{steps}_group']))


@pytest.mark.parametrize('num_tokens', [2, 14, 49, 50])
def test_any_number_of_tokens_is_reached(num_tokens):
    schedule = merge_schedule(50, 12, num_tokens)
    assert 50 - sum(schedule) == num_tokens and len(schedule) == 12


@pytest.mark.parametrize('arguments, message', [((577, 24, 14, 10), 'come down to 337 at least'), ((577, 2, 14, None), 'come down to 145 at least'),
                                                ((50, 12, 51, None), 'from 2 to so many')])
def test_what_cannot_be_reached_is_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        merge_schedule(*arguments)


def timm_vit() -> tuple[nn.ModuleList, dict[str, torch.Tensor]]:
    """Blocks of transformers' CLIP with the weights of a ViT of timm, and what is around them."""
    from transformers.models.clip.configuration_clip import CLIPVisionConfig
    from transformers.models.clip.modeling_clip import CLIPEncoderLayer
    config = CLIPVisionConfig(hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_attention_heads=3, hidden_act='gelu', layer_norm_eps=1e-6,
                              attn_implementation='sdpa')
    layers = nn.ModuleList([CLIPEncoderLayer(config) for _ in range(DEPTH)]).eval()
    official, state = fill_by_name(load_keys('tome/keys_vit_small.json')), {}
    for key in [key for key in official if key.startswith('blocks.')]:
        _, block, name = key.split('.', 2)
        tensor, (layer, kind) = official.pop(key), name.rsplit('.', 1)
        if layer == 'attn.qkv':
            state.update({f'{block}.self_attn.{p}_proj.{kind}': part for p, part in zip('qkv', tensor.chunk(3))})
        else:
            state[f'{block}.{NAMES[layer]}.{kind}'] = tensor
    layers.load_state_dict(state)
    return layers, official


@torch.no_grad()
def test_a_whole_vit(golden):
    layers, rest = timm_vit()
    image = named_input('tome.shared.vit.image', (2, 3, 96, 96))
    x = nn.functional.conv2d(image, rest['patch_embed.proj.weight'], rest['patch_embed.proj.bias'], PATCH).flatten(2).mT
    x = torch.cat([rest['cls_token'].expand(2, -1, -1), x], 1) + rest['pos_embed']

    def final(tokens):
        return nn.functional.layer_norm(tokens, (WIDTH, ), rest['norm.weight'], rest['norm.bias'], 1e-6)

    tokens, size, group = merged_encoder(layers, x, [0] * DEPTH)
    assert group is None and size.eq(1).all()
    assert_golden(final(tokens), golden['vit_plain'])
    tokens, size, group = merged_encoder(layers, x, MERGED)
    assert_golden(final(tokens), golden['vit_tokens'])
    assert torch.equal(size.unsqueeze(-1), torch.from_numpy(golden['vit_size']))
    assert torch.equal(group, torch.from_numpy(golden['vit_group']))


def test_merging_outside_a_transformer():
    x = torch.randn(3, 49, 8, generator=torch.Generator().manual_seed(0), requires_grad=True)
    merged, group = merge_to(x, 14)
    assert merged.shape == (3, 14, 8) and group.shape == (3, 49) and group.unique().tolist() == list(range(14))
    # Each token is the mean of those that went to it.
    means = torch.stack([x[0][group[0] == g].mean(0) for g in range(14)])
    torch.testing.assert_close(merged[0], means)
    merged.sum().backward()
    assert (x.grad.abs().sum(-1) > 0).all()
    same, none = merge_to(x, 60)
    assert same is x and none is None
