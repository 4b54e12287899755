import torch

from avreg.structures import AVFeatures


def test_spreading_clips_spreads_every_map_of_the_pyramid_and_weighs_the_streams():
    clip = torch.tensor([0, 0, 2, 1])
    pixels = [torch.randn(3, 2, 4, size, size) for size in (8, 4, 2, 1)]
    feats = AVFeatures(visual=torch.randn(3, 2, 5), audio=torch.randn(3, 2, 5), grid=(2, 2), pixels=pixels, text=torch.randn(4, 5),
                       clip=clip, weights={'visual': torch.rand(4, 2)}, maps={'sound': torch.rand(3, 2, 4)})
    spread = feats.spread()
    assert isinstance(spread.pixels, list) and spread.grid == (2, 2) and spread.text is feats.text
    assert spread.clip is None and not spread.weights
    for before, after in zip(pixels, spread.pixels):
        assert torch.equal(after, before[clip])
    assert torch.equal(spread.maps['sound'], feats.maps['sound'][clip]) and torch.equal(spread.audio, feats.audio[clip])
    assert torch.equal(spread.visual, feats.visual[clip] * feats.weights['visual'].unsqueeze(-1))
    assert feats.pixels is pixels and len(pixels[0]) == 3
    assert spread.spread() is spread
