import pytest
import torch

from avreg.models.layers import ClipGroups


@pytest.mark.parametrize('clip, size', [([0, 0, 1, 1, 2, 2], 2), ([0, 1, 1, 1, 2], 3), ([2, 0, 2, 1], 2), ([0, 1, 2], 1), (None, 1)])
def test_samples_stand_beside_their_clip_and_come_back(clip, size):
    x = torch.randn(3 if clip is None else len(clip), 4, requires_grad=True)
    groups = ClipGroups(None if clip is None else torch.tensor(clip), 3)
    split = groups.split(x)
    assert split.shape == (3, size, 4) and torch.equal(groups.join(split), x)
    for row in range(3):
        own = [i for i, c in enumerate(clip or range(3)) if c == row]
        assert torch.equal(split[row, :len(own)], x[own]) and not split[row, len(own):].any()
    groups.join(split * 2).sum().backward()
    assert torch.equal(x.grad, torch.full_like(x, 2))
