import torch
from torch import nn

from avreg.models.layers import PackedWords, WordLayer

VALID = torch.arange(5) < torch.tensor([3, 5, 1])[:, None]


def layers() -> tuple[WordLayer, nn.TransformerEncoderLayer]:
    """Ours, and PyTorch's with the same weights."""
    torch.manual_seed(0)
    ours, theirs = WordLayer(16, 4), nn.TransformerEncoderLayer(16, 4, 32, batch_first=True, norm_first=True)
    names = {'self_attn.in_proj_': 'qkv.', 'self_attn.out_proj.': 'out.'}
    for name, parameter in theirs.named_parameters():
        for long, short in names.items():
            name = name.replace(long, short)
        parameter.data.copy_(nn.init.normal_(ours.get_parameter(name), std=0.3))
    return ours.eval(), theirs.eval()


def test_is_pytorchs_encoder_layer_without_the_padding():
    ours, theirs = layers()
    x, packing = torch.randn(3, 5, 16), PackedWords(VALID)
    expected = theirs(x, src_key_padding_mask=~VALID)
    words = ours(packing.pack(x), packing)
    assert torch.allclose(words, packing.pack(expected), atol=1e-5)
    assert torch.allclose(ours(packing.pack(x), packing, first_only=True), expected[:, 0], atol=1e-5)


def test_one_sharpened_looks_at_less():
    ours, _ = layers()
    x, packing = torch.randn(3, 5, 16), PackedWords(VALID)
    before = ours(packing.pack(x), packing)
    queries_and_keys = ours.qkv.weight[:32].clone()
    ours.sharpen(2)
    assert torch.equal(ours.qkv.weight[:32], 2 * queries_and_keys)
    changed = (ours(packing.pack(x), packing) - before).abs().amax(1)
    # The sentence of one word has nothing to choose from.
    assert (changed[:8] > 1e-3).all() and changed[8] < 1e-6


def test_a_sentence_without_words_gives_no_nan():
    ours, _ = layers()
    valid = torch.tensor([[True, True], [False, False]])
    x, packing = torch.randn(2, 2, 16, requires_grad=True), PackedWords(valid)
    ours(packing.pack(x), packing).sum().backward()
    assert x.grad.isfinite().all() and (x.grad[1] == 0).all()
    assert all(parameter.grad.isfinite().all() for parameter in ours.parameters())
