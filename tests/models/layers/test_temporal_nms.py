import pytest
import torch

from avreg.models.layers import temporal_nms, vote_segments
from tests.models.ccnet import golden
from tests.models.golden import assert_golden



@pytest.fixture(scope='module')
def case():
    return {key: torch.from_numpy(value) for key, value in golden('softnms').items()}


def by_class(segments, scores, labels, classes):
    """Each class has all candidates as places, those of others are none."""
    own = labels == torch.arange(classes)[:, None]
    return segments.expand(1, classes, -1, -1), torch.where(own, scores, -1.0)[None]


@pytest.mark.parametrize('floor', [0.001, 0.2])
@pytest.mark.parametrize('limit', [100, 30])
@pytest.mark.parametrize('mode', ['soft_multiclass', 'hard_multiclass', 'soft_agnostic', 'soft_agnostic_voting', 'hard_agnostic_voting'])
def test_gives_the_published_segments(case, mode, limit, floor):
    method, kind, *voting = mode.split('_')
    segments, scores, labels = case['segments'], case['scores'], case['labels']
    if kind == 'multiclass':
        candidates = by_class(segments, scores, labels, int(labels.max()) + 1)
    else:
        candidates = segments[None, None], scores[None, None]
    best, group, place = temporal_nms(*candidates, limit, method, 0.7, 0.4, floor)
    kept = segments[place]
    if voting:
        kept = vote_segments(kept, segments[None], scores[None], 0.75)
    wanted = {name: case[f'{mode}_max{limit}_min{floor}_{name}'] for name in ('segments', 'scores', 'labels')}
    assert_golden(best[0], wanted['scores'])
    assert labels[place[0]].tolist() == wanted['labels'].tolist()
    assert_golden(kept[0], wanted['segments'])


def test_videos_and_groups_do_not_see_each_other():
    g = torch.Generator().manual_seed(0)
    start = torch.rand(3, 4, 20, generator=g) * 10
    segments, scores = torch.stack([start, start + 3], -1), torch.rand(3, 4, 20, generator=g)
    whole = temporal_nms(segments, scores, 200)
    for video in range(3):
        alone = [temporal_nms(segments[video:video + 1, k:k + 1], scores[video:video + 1, k:k + 1], 200)[0] for k in range(4)]
        merged = torch.cat(alone, 1).sort(descending=True).values[0]
        found = whole[0][video]
        torch.testing.assert_close(found[found > 0], merged)
        assert (found.diff() <= 0).all()


def test_nothing_in_nothing_out():
    best, group, place = temporal_nms(torch.zeros(2, 3, 4, 2), torch.full((2, 3, 4), -1.0), 10)
    assert best.shape == group.shape == place.shape == (2, 0)


def test_unknown_method():
    with pytest.raises(ValueError, match=r"temporal_nms\(method='fuzzy'\): the methods are 'soft' and 'hard'"):
        temporal_nms(torch.zeros(1, 1, 1, 2), torch.zeros(1, 1, 1), 1, 'fuzzy')
