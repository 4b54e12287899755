import torch
from torch import nn

from avreg.models.layers import attend_timelines


def test_is_an_attention_a_stream():
    torch.manual_seed(0)
    attentions = nn.ModuleList([nn.MultiheadAttention(16, 4, batch_first=True) for _ in range(3)])
    for parameter in attentions.parameters():
        nn.init.normal_(parameter, std=0.3)
    queries, tokens = torch.randn(2, 7, 16, requires_grad=True), torch.randn(3, 2, 5, 16, requires_grad=True)
    padding = torch.tensor([[0, 0, 0, 0, 0], [0, 0, 0, 1, 1]], dtype=torch.bool)
    expected = torch.stack([attention(queries, stream, stream, key_padding_mask=padding, need_weights=False)[0]
                            for attention, stream in zip(attentions, tokens)])
    found = attend_timelines(attentions, queries, tokens, padding)
    assert found.shape == (3, 2, 7, 16) and torch.allclose(found, expected, atol=1e-5)
    wanted = [queries, tokens, *attentions.parameters()]
    target = torch.randn_like(found)
    for mine, theirs in zip(torch.autograd.grad(found, wanted, target), torch.autograd.grad(expected, wanted, target)):
        assert torch.allclose(mine, theirs, atol=1e-4)
    assert (torch.autograd.grad(attend_timelines(attentions, queries, tokens, padding).sum(), tokens)[0][:, 1, 3:] == 0).all()
