import pytest
import torch
from torch import nn

from avreg.models.layers import GatheringAttention


def pair(channels=16, num_heads=4):
    """GatheringAttention and nn.MultiheadAttention with the same weights."""
    torch.manual_seed(0)
    ours, theirs = GatheringAttention(channels, num_heads), nn.MultiheadAttention(channels, num_heads, batch_first=True)
    for parameter in ours.parameters():
        nn.init.normal_(parameter, std=0.3)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.key, ours.value.weight]))
        # The bias of the keys, which changes nothing, is not zero.
        theirs.in_proj_bias.copy_(torch.cat([ours.query.bias, torch.randn(channels), ours.value.bias]))
        theirs.out_proj.load_state_dict(ours.out.state_dict())
    return ours, theirs


@pytest.mark.parametrize('masked', [False, True])
def test_equals_multihead_attention(masked):
    ours, theirs = pair()
    queries, tokens = torch.randn(3, 5, 16), torch.randn(3, 9, 16)
    valid = torch.arange(9) < torch.tensor([[9], [4], [1]]) if masked else None
    expected, _ = theirs(queries, tokens, tokens, key_padding_mask=None if valid is None else ~valid)
    torch.testing.assert_close(ours(queries, tokens, valid), expected, atol=1e-5, rtol=1e-5)


def test_what_is_not_valid_is_not_seen():
    ours, _ = pair()
    queries, tokens = torch.randn(2, 5, 16), torch.randn(2, 9, 16)
    valid = torch.arange(9) < torch.tensor([[6], [3]])
    torch.testing.assert_close(ours(queries, tokens, valid), ours(queries, tokens.masked_fill(~valid.unsqueeze(-1), 1e3), valid))


def test_width_that_the_heads_do_not_divide():
    with pytest.raises(ValueError, match='channels=10 is not a multiple of num_heads=4'):
        GatheringAttention(10, 4)
