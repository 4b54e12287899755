import pytest
import torch

from avreg.structures import AVFeatures, PyramidLevel


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


def test_what_a_module_requires_is_there_and_as_wide_as_it_reads():
    levels = [PyramidLevel(torch.zeros(2, 4, 6), torch.ones(2, 4, dtype=torch.bool), 1)]
    feats = AVFeatures(audio=torch.zeros(2, 4, 5), patches=torch.zeros(2, 4, 3, 5), grid=(1, 3), valid=torch.ones(2, 4, dtype=torch.bool),
                       pixels=[torch.zeros(2, 4, C, 2, 2) for C in (7, 8)], pyramid=levels)
    # What is no features has no width.
    feats.require('audio', 'patches', 'grid', 'valid', by='Head', width=5)
    feats.require('pixels', by='Head', width=(7, 8), key='in_channels')
    feats.require('pyramid', by='Head', width=6)
    feats.require('audio', 'pixels', 'pyramid', by='Head')
    with pytest.raises(ValueError, match=r'Head was built for in_channels=\(7, 9\), but AVFeatures.pixels is \(7, 8\) wide'):
        feats.require('pixels', by='Head', width=(7, 9), key='in_channels')
    with pytest.raises(ValueError, match='Head was built for channels=5, but AVFeatures.pyramid is 6 wide. Set channels to 6'):
        feats.require('audio', 'pyramid', by='Head', width=5)
    with pytest.raises(ValueError, match="there is no such field; did you mean 'patches'"):
        feats.require('audio', 'paches', by='Head')
