import pytest
import torch
from torch import nn

from avreg.models.layers import attend


@pytest.mark.parametrize('padded', [False, True])
def test_is_pytorchs_attention(padded):
    torch.manual_seed(0)
    attention = nn.MultiheadAttention(16, 4, dropout=0.5, batch_first=True).eval()
    for parameter in attention.parameters():
        nn.init.normal_(parameter, std=0.3)
    queries, keys = torch.randn(2, 3, 16, requires_grad=True), torch.randn(2, 5, 16, requires_grad=True)
    padding = torch.tensor([[0, 0, 0, 0, 0], [0, 0, 1, 1, 1]], dtype=torch.bool) if padded else None
    expected = attention(queries, keys, keys, key_padding_mask=padding, need_weights=False)[0]
    found = attend(attention, queries, keys, padding)
    assert torch.allclose(found, expected, atol=1e-6)
    wanted, target = [queries, keys, *attention.parameters()], torch.randn_like(found)
    for mine, theirs in zip(torch.autograd.grad(found, wanted, target), torch.autograd.grad(expected, wanted, target)):
        assert torch.allclose(mine, theirs, atol=1e-5)


def test_each_query_may_see_other_keys():
    torch.manual_seed(0)
    attention, hidden = nn.MultiheadAttention(16, 4, batch_first=True), torch.rand(2, 3, 5) < 0.5
    hidden[..., 0] = False
    queries, keys = torch.randn(2, 3, 16), torch.randn(2, 5, 16)
    expected = attention(queries, keys, keys, attn_mask=hidden.repeat_interleave(4, 0), need_weights=False)[0]
    assert torch.allclose(attend(attention, queries, keys, hidden), expected, atol=1e-6)


def test_drops_weights_in_training_alone():
    attention = nn.MultiheadAttention(16, 4, dropout=0.5, batch_first=True)
    queries, keys = torch.randn(2, 3, 16), torch.randn(2, 5, 16)
    assert not torch.equal(attend(attention, queries, keys), attend(attention, queries, keys))
    attention.eval()
    assert torch.equal(attend(attention, queries, keys), attend(attention, queries, keys))
