"""Small features for the tests of necks and heads."""
import pytest
import torch

from avreg.structures import AVFeatures, PyramidLevel, Selection, take_segments

B, T, M, N, D = 3, 5, 6, 4, 16
# Steps of the pyramid's levels.
LENGTHS = (8, 4)


def make_features(seed: int = 0, lengths=(5, 3, 4), channels: int = D) -> AVFeatures:
    """Random features of three clips of 5, 3 and 4 segments; padding holds zeros.

    The pyramid is always as long as its necks pad it, eight steps."""
    g = torch.Generator().manual_seed(seed)
    batch, steps = len(lengths), max(lengths)
    valid = torch.arange(steps) < torch.tensor(lengths)[:, None]

    def rand(*shape):
        x = torch.randn(*shape, generator=g)
        return x * valid.view(batch, steps, *[1] * (len(shape) - 2)) if shape[1] == steps else x

    audio, visual, patches = rand(batch, steps, channels), rand(batch, steps, channels), rand(batch, steps, M, channels)
    pyramid = []
    for level, size in enumerate(LENGTHS):
        held = torch.arange(size) * 2**level < torch.tensor(lengths)[:, None]
        pyramid.append(PyramidLevel(torch.randn(batch, size, channels, generator=g) * held.unsqueeze(-1), held, 2**level))
    words_valid = torch.arange(N) < torch.tensor([4, 2, 3])[:batch, None]
    segments = torch.tensor([[0, 2], [1, 2], [0, 3]])[:batch]
    chosen, tokens = (take_segments(x, segments) for x in (audio, patches))
    selection = Selection(segments, valid.gather(1, segments), segments, chosen, chosen.flip(-1), tokens=tokens, spatial=tokens.mean(2))
    return AVFeatures(
        audio=audio, visual=visual, patches=patches, grid=(2, 3), encoded_audio=audio, encoded_visual=visual, encoded_patches=patches,
        spatial_audio=rand(batch, steps, channels), text=torch.randn(batch, channels, generator=g),
        prompt=torch.randn(batch, channels, generator=g), words=torch.randn(batch, N, channels, generator=g), words_valid=words_valid,
        valid=valid, selection=selection if batch == 3 else None, pyramid=pyramid,
        pixels=[rand(batch, steps, c, h, w) for c, h, w in ((4, 8, 12), (6, 4, 6), (8, 2, 3), (8, 1, 2))],
        fused=[rand(batch, steps, channels, h, w) for h, w in ((2, 3), (1, 2))], frames=rand(batch, steps, 3, 32, 48))


@pytest.fixture
def feats() -> AVFeatures:
    return make_features()


@pytest.fixture
def features():
    return make_features
