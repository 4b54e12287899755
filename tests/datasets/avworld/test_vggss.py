"""VGG-SS files: layout, boxes, and what a guess without ears would score."""
import json
import re
import wave

import numpy as np
import pytest
from PIL import Image

from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.masks import box_of, object_masks
from avreg.datasets.avworld.vggss import FRAME_SIZE, annotation_of
from avreg.datasets.avworld.world import WRITERS

MIDDLE = np.array([1.5])


def box_iou(one, other) -> float:
    left, top = np.maximum(one[:2], other[:2])
    right, bottom = np.minimum(one[2:], other[2:])
    shared = max(right - left, 0) * max(bottom - top, 0)
    area = sum((x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (one, other))
    return shared / (area - shared)


def test_layout(pixel_builder):
    folder, clips = pixel_builder.folder('vggss'), pixel_builder.clips('vggss')
    assert folder == pixel_builder.root / 'vggss'
    assert {str(path.relative_to(folder)) for path in folder.rglob('*') if path.is_file()} == {
        'vggss.json', 'vggss_val.json', 'vggss_train.txt', 'vggss_test.csv',
        *(file for split in clips.values() for clip in split for file in clip.files)}
    for split, name in (('val', 'vggss_val.json'), ('test', 'vggss.json')):
        entries = json.loads((folder / name).read_text())
        assert entries == [{'file': clip.clip_id, **annotation_of(clip.scene)} for clip in clips[split]]
    assert (folder / 'vggss_test.csv').read_text().split() == [clip.clip_id for clip in clips['test']]
    assert (folder / 'vggss_train.txt').read_text().split() == [clip.clip_id for clip in clips['train']]
    clip = clips['test'][0]
    assert re.fullmatch(r'[\w-]{11}_\d{6}', clip.clip_id)
    with Image.open(folder / f'frames/{clip.clip_id}.jpg') as image:
        assert (image.format, image.mode, image.size) == ('JPEG', 'RGB', (FRAME_SIZE, FRAME_SIZE))
    with wave.open(str(folder / f'audio/{clip.clip_id}.wav')) as sound:
        assert sound.getparams()[:4] == (1, 2, 16000, 3 * 16000)
        assert np.frombuffer(sound.readframes(48000), '<i2').std() > 1000


def test_boxes_are_around_the_object_that_sounds():
    for index in range(40):
        scene = WRITERS['vggss'].clip(0, 'test', index).scene
        annotation = annotation_of(scene)
        (x1, y1, x2, y2), = annotation['bbox']
        assert 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1
        actor, = [actor for actor in scene.actors if actor.heard]
        assert annotation['class'] == KINDS[actor.kind].vggss
        x, y = actor.x + actor.drift[0] / 2, actor.y + actor.drift[1] / 2
        reach = 1.3 * actor.radius
        assert max(x - x1, x2 - x, y - y1, y2 - y) < reach
        assert x1 - 0.02 < x < x2 + 0.02 and y1 - 0.02 < y < y2 + 0.02


@pytest.fixture(scope='module')
def scores():
    """Per guess: the IoU of its box with the true one, for 300 clips."""
    scores = {}
    for index in range(300):
        scene = WRITERS['vggss'].clip(3, 'train', index).scene
        truth = np.array(annotation_of(scene)['bbox'][0])
        masks = [(actor, mask[0]) for actor, mask in zip(scene.actors, object_masks(scene, MIDDLE, 112))]
        playing = [pair for pair in masks if pair[0].shown] or masks
        guesses = {
            'whole image': [0, 0, 1, 1],
            'centre': [0.25, 0.25, 0.75, 0.75],
            'largest object': box_of(max(masks, key=lambda pair: pair[1].sum())[1]),
            'largest silent object': box_of(max(masks, key=lambda pair: pair[1].sum() * (not pair[0].heard))[1]),
            'largest playing object': box_of(max(playing, key=lambda pair: pair[1].sum())[1]),
        }
        for name, guess in guesses.items():
            scores.setdefault(name, []).append(box_iou(truth, np.array(guess)))
    return {name: np.array(values) for name, values in scores.items()}


def test_guesses_without_ears_are_poor(scores):
    hits = {name: (values >= 0.5).mean() for name, values in scores.items()}
    assert hits['whole image'] < 0.05
    assert hits['centre'] < 0.15
    assert hits['largest silent object'] < 0.25
    assert hits['largest object'] < 0.6 and hits['largest playing object'] < 0.7


def test_objects_are_all_over_the_frame_and_as_large_as_those_of_the_benchmark():
    boxes = np.array([annotation_of(WRITERS['vggss'].clip(2, 'train', index).scene)['bbox'][0] for index in range(200)])
    centres, area = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]).prod(1)
    assert (centres.std(0) > 0.17).all()
    # VGG-SS: median 0.25.
    assert 0.15 < np.median(area) < 0.3
