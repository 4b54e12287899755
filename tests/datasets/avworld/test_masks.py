"""Masks agree with the pixels that are drawn."""
import numpy as np
import pytest

from avreg.datasets.avworld.ensemble import one_sounding, several_sounding
from avreg.datasets.avworld.kinds import SPECIES
from avreg.datasets.avworld.masks import box_of, object_masks, sounding_species
from avreg.datasets.avworld.scene import Actor, Scene
from avreg.datasets.avworld.video import render_frames

SIZE = 160
TIMES = np.array([0.5, 1.9])


def scene(*actors: Actor) -> Scene:
    return Scene(2, indoor=False, actors=actors, grain=0.0, seed=4)


def difference(one: Scene, other: Scene) -> np.ndarray:
    """int[T, SIZE, SIZE]: by how many grey levels the pictures differ, over the colours."""
    return np.abs(render_frames(one, TIMES, SIZE).astype(int) - render_frames(other, TIMES, SIZE)).max(-1)


def grown(mask: np.ndarray) -> np.ndarray:
    """bool[T, H, W]: ``mask`` with two pixels more on all sides: edges are soft, and a sharp tip is thinner than a pixel."""
    padded = np.pad(mask, ((0, 0), (2, 2), (2, 2)))
    return np.any([padded[:, y:y + SIZE, x:x + SIZE] for y in range(5) for x in range(5)], 0)


@pytest.mark.parametrize('kind', range(10))
@pytest.mark.parametrize('radius, x', [(0.14, 0.5), (0.34, 0.85)])
def test_a_mask_is_where_the_object_is_drawn(kind, radius, x):
    known = dict(present=((0, 2), ), x=x, y=0.3, radius=radius, tilt=0.3, drift=(-0.1, 0.1))
    resting, playing = Actor(kind, 'left', **known), Actor(kind, 'left', shown=((0, 2), ), **known)
    empty = scene()
    for actor in (resting, playing):
        mask, = object_masks(scene(actor), TIMES, SIZE)
        assert (difference(scene(actor), empty)[mask] > 12).mean() > 0.97
    rest = object_masks(scene(resting), TIMES, SIZE)[0]
    assert not difference(scene(resting), empty)[~grown(rest)].any()
    # Rings make a difference around a playing object, and are not part of it.
    play = object_masks(scene(playing), TIMES, SIZE)[0]
    assert difference(scene(playing), empty)[~grown(play)].any()
    assert rest.sum() < play.sum() < 2 * rest.sum()


def test_whoever_is_in_front_hides_whoever_is_behind():
    behind = Actor(6, 'left', heard=((0, 2), ), present=((0, 2), ), x=0.4, y=0.5, radius=0.2, species=2)
    front = Actor(2, 'left', present=((0, 2), ), x=0.55, y=0.5, radius=0.2)
    alone, = object_masks(scene(behind), TIMES, SIZE)
    hidden, whole = object_masks(scene(behind, front), TIMES, SIZE)
    assert np.array_equal(hidden, alone & ~whole) and hidden.sum() < alone.sum()
    kinds = sounding_species(scene(behind, front), TIMES, SIZE)
    assert np.array_equal(kinds, np.where(hidden, 1 + 6 * SPECIES + 2, 0))


def test_only_what_sounds_in_that_second_is_marked():
    first = Actor(0, 'left', heard=((0, 1), ), present=((0, 2), ), x=0.25)
    second = Actor(9, 'right', heard=((1, 2), ), shown=((0, 2), ), present=((1, 2), ), x=0.75)
    off_screen = Actor(3, None, heard=((0, 2), ))
    masks = object_masks(scene(first, second, off_screen), TIMES, SIZE)
    assert masks.any((2, 3)).tolist() == [[True, True], [False, True], [False, False]]
    kinds = sounding_species(scene(first, second, off_screen), TIMES, SIZE)
    assert np.array_equal(kinds[0], 1 * masks[0, 0]) and np.array_equal(kinds[1], (1 + 9 * SPECIES) * masks[1, 1])


def test_a_box_is_around_the_mask():
    mask = np.zeros((10, 20), bool)
    mask[2:5, 4:16] = True
    assert box_of(mask) == pytest.approx([0.2, 0.2, 0.8, 0.5])


@pytest.mark.parametrize('sample', [one_sounding, several_sounding])
def test_every_object_can_be_seen_in_random_scenes(sample):
    rng = np.random.default_rng(0)
    for _ in range(60):
        one = sample(rng, 5)
        masks = object_masks(one, np.array([0.0, 2.5, 4.9]), 56)
        for actor, mask in zip(one.actors, masks):
            assert (mask.mean((1, 2)) > (0.02 if actor.visible else -1)).all()
