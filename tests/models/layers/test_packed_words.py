import torch

from avreg.models.layers import PackedWords

VALID = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0]], dtype=torch.bool)


def test_words_come_back_to_their_places():
    x = torch.randn(4, 4, 2, 3)
    packing = PackedWords(VALID)
    words = packing.pack(x)
    assert words.shape == (7, 2, 3)
    assert torch.equal(packing.pad(words), x * VALID[..., None, None])
    assert torch.equal(packing.pack(packing.pad(words)), words)


def test_says_whose_each_word_is_and_where_sentences_begin():
    assert PackedWords(VALID).sentence.tolist() == [0, 0, 1, 1, 1, 1, 3]
    assert PackedWords(VALID[[0, 1, 3]]).first.tolist() == [0, 2, 6]
