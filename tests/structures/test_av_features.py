import torch

from avreg.structures import AVFeatures


def test_taking_clips_takes_every_map_of_the_pyramid():
    pixels = [torch.randn(3, 2, 4, size, size) for size in (8, 4, 2, 1)]
    feats = AVFeatures(visual=torch.randn(3, 2, 5), grid=(2, 2), pixels=pixels, text=torch.randn(4, 5))
    taken = feats.take_clips(torch.tensor([0, 0, 2, 1]))
    assert isinstance(taken.pixels, list) and taken.grid == (2, 2) and taken.text is feats.text
    for before, after in zip(pixels, taken.pixels):
        assert torch.equal(after, before[[0, 0, 2, 1]])
    assert feats.pixels is pixels and len(pixels[0]) == 3
