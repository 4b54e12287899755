"""Small features for the tests of necks and heads."""
import pytest
import torch

from avreg.structures import AVFeatures

B, T, M, N, D = 3, 5, 6, 4, 16


def make_features(seed: int = 0, lengths=(5, 3, 4), channels: int = D) -> AVFeatures:
    """Random features of three clips of 5, 3 and 4 segments; padding holds zeros."""
    g = torch.Generator().manual_seed(seed)
    batch, steps = len(lengths), max(lengths)
    valid = torch.arange(steps) < torch.tensor(lengths)[:, None]

    def rand(*shape):
        x = torch.randn(*shape, generator=g)
        return x * valid.view(batch, steps, *[1] * (len(shape) - 2)) if shape[1] == steps else x

    words_valid = torch.arange(N) < torch.tensor([4, 2, 3])[:batch, None]
    return AVFeatures(
        audio=rand(batch, steps, channels), visual=rand(batch, steps, channels), patches=rand(batch, steps, M, channels), grid=(2, 3),
        spatial_audio=rand(batch, steps, channels), text=torch.randn(batch, channels, generator=g),
        prompt=torch.randn(batch, channels, generator=g), words=torch.randn(batch, N, channels, generator=g), words_valid=words_valid,
        valid=valid)


@pytest.fixture
def feats() -> AVFeatures:
    return make_features()


@pytest.fixture
def features():
    return make_features
