import torch

from avreg.models.layers import WordMatching


def matching() -> WordMatching:
    torch.manual_seed(0)
    return WordMatching(8, num_heads=2)


def test_what_is_padding_changes_nothing():
    layer, words, tokens = matching(), torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    padding = torch.arange(5)[None] >= torch.tensor([[5], [2]])
    before = layer(words, tokens, padding)
    other = torch.where(padding[..., None], torch.full_like(tokens, 9.0), tokens)
    assert before.shape == (2, 3, 8) and torch.equal(layer(words, other, padding), before)
    assert torch.allclose(layer(words[1:], tokens[1:, :2], padding[1:, :2]), before[1:], atol=1e-6)


def test_order_does_not_matter_and_number_does():
    layer, words, tokens = matching(), torch.randn(1, 3, 8), torch.randn(1, 4, 8)
    padding = torch.zeros(1, 4, dtype=torch.bool)
    assert torch.allclose(layer(words, tokens[:, [2, 0, 3, 1]], padding), layer(words, tokens, padding), atol=1e-6)
    # The same most similar token, but more of them.
    twice = torch.cat([tokens, tokens[:, :1]], 1)
    assert not torch.allclose(layer(words, twice, torch.zeros(1, 5, dtype=torch.bool)), layer(words, tokens, padding), atol=1e-4)


def test_a_word_is_told_by_its_most_similar_token():
    layer = matching()
    for linear in (layer.query, layer.key):
        torch.nn.init.eye_(linear.weight)
        torch.nn.init.zeros_(linear.bias)
    torch.nn.init.zeros_(layer.evidence.bias)
    torch.nn.init.zeros_(layer.evidence.weight)
    torch.nn.init.ones_(layer.evidence.weight[:, :2])  # the maxima of the two heads
    word = torch.eye(8)[:1].expand(1, 1, 8)
    alike, others = torch.eye(8)[:1], torch.eye(8)[1:5]
    no_padding = torch.zeros(1, 5, dtype=torch.bool)
    there = layer(word, torch.cat([others, alike])[None], no_padding)
    absent = layer(word, torch.cat([others, others[:1]])[None], no_padding)
    assert (there > absent + 0.4).all()
