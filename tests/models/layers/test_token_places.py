import torch

from avreg.models.layers import TokenPlaces
from tests.models.conftest import make_features


def places() -> TokenPlaces:
    torch.manual_seed(0)
    return TokenPlaces(16)


def test_tokens_of_one_second_share_its_time_and_every_place_is_told_apart():
    feats = make_features()
    added = places()(torch.zeros_like(feats.patches), feats)
    assert torch.equal(added[0], added[1])
    of_place = added[0, 0] - added[0, 0, :1]
    assert torch.allclose(added[0] - added[0, :, :1], of_place.expand_as(added[0]), atol=1e-5)
    assert (torch.cdist(added[0, 0], added[0, 0]) + torch.eye(added.shape[2]) > 0.1).all()
    assert (torch.cdist(added[0, :, 0], added[0, :, 0]) + torch.eye(added.shape[1]) > 0.1).all()
    assert places()(torch.zeros_like(feats.audio), feats).shape == feats.audio.shape


def test_a_merged_token_is_in_the_middle_of_the_places_that_went_to_it():
    feats = make_features()
    U, T, M, D = feats.patches.shape
    apart = places()(torch.zeros(U, T, M, D), feats)
    group = torch.arange(M).clamp(max=M - 2).expand(U, T, M)
    merged = places()(torch.zeros(U, T, M - 1, D), feats.replace(token_group=group))
    assert torch.allclose(merged[:, :, :-1], apart[:, :, :M - 2], atol=1e-6)
    assert torch.allclose(merged[:, :, -1], apart[:, :, M - 2:].mean(2), atol=1e-5)


def test_of_merged_tokens_without_their_places_only_the_time_is_known():
    feats = make_features()
    U, T, M, D = feats.patches.shape
    added = places()(torch.zeros(U, T, M - 1, D), feats.replace(token_group=None))
    assert torch.equal(added, added[:, :, :1].expand_as(added)) and not torch.equal(added[:, 0], added[:, 1])
