"""S4, MS3 and AVSS files: layout, masks, and what a guess without ears would score."""
import csv
import json
import wave

import numpy as np
import pytest
from PIL import Image

from avreg.benchmarks.avss import CLASSES, PALETTE
from avreg.datasets.avworld.avsbench import FRAME_SIZE, render
from avreg.datasets.avworld.kinds import KINDS, SPECIES
from avreg.datasets.avworld.masks import object_masks
from avreg.datasets.avworld.scene import flags
from avreg.datasets.avworld.world import WRITERS


def read(path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.size == (FRAME_SIZE, FRAME_SIZE)
        return np.asarray(image)


def rows_of(path) -> list[dict]:
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def files_of(folder) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob('*') if path.is_file()}


def test_s4_layout(pixel_builder):
    folder, clips = pixel_builder.root / 'avsbench/Single-source', pixel_builder.clips('avs_s4')
    assert (folder / 's4_meta_data.csv').read_text().splitlines()[0] == 'name,start,category,split'
    rows = rows_of(folder / 's4_meta_data.csv')
    expected = {'s4_meta_data.csv'}
    for row in rows:
        base = f'{row["split"]}/{row["category"]}/{row["name"]}'
        expected |= {f's4_data/visual_frames/{base}/{row["name"]}_{k}.png' for k in range(1, 6)}
        expected |= {f's4_data/gt_masks/{base}/{row["name"]}_{k}.png' for k in range(1, 2 if row['split'] == 'train' else 6)}
        expected.add(f's4_data/audio_wav/{base}.wav')
        assert 0 <= int(row['start']) <= 6
    assert files_of(folder) == expected
    assert [f'{row["category"]}/{row["name"]}' for row in rows if row['split'] == 'test'] == [c.clip_id for c in clips['test']]
    for clip in clips['test']:
        for k, frame, species in zip(range(5), render(clip.scene).frames, render(clip.scene).species):
            assert np.array_equal(read(folder / clip.files[k]), frame)
            mask = read(folder / clip.files[5 + k])
            assert mask.dtype == np.uint8 and np.array_equal(mask, 255 * (species > 0))
            named = {KINDS[(n - 1) // SPECIES].avs_s4[(n - 1) % SPECIES] for n in set(species.flat) - {0}}
            assert mask.any() and named == {clip.clip_id.split('/')[0]}
        with wave.open(str(folder / clip.files[-1])) as sound:
            assert sound.getparams()[:4] == (1, 2, 16000, 5 * 16000)


def test_ms3_layout(pixel_builder):
    folder, clips = pixel_builder.root / 'avsbench/Multi-sources', pixel_builder.clips('avs_ms3')
    rows = rows_of(folder / 'ms3_meta_data.csv')
    assert list(rows[0]) == ['name', 'split']
    expected = {'ms3_meta_data.csv'}
    for row in rows:
        name, split = row['name'], row['split']
        expected |= {f'ms3_data/visual_frames/{name}/{name}.mp4_{k}.png' for k in range(1, 6)}
        expected |= {f'ms3_data/gt_masks/{split}/{name}/{name}_{k}.png' for k in range(1, 6)}
        expected.add(f'ms3_data/audio_wav/{split}/{name}.wav')
    assert files_of(folder) == expected
    for split, split_clips in clips.items():
        assert [row['name'] for row in rows if row['split'] == split] == [clip.clip_id for clip in split_clips]
        for clip in split_clips:
            masks = np.stack([read(folder / file) for file in clip.files[5:10]])
            assert np.array_equal(masks, 255 * (render(clip.scene).species > 0))
            on_screen = [actor for actor in clip.scene.actors if actor.visible]
            assert masks.any((1, 2)).tolist() == np.any([flags(actor.heard, 5) for actor in on_screen], 0).tolist()


def test_avss_layout(pixel_builder):
    folder, clips = pixel_builder.root / 'avsbench/AVSS', pixel_builder.clips('avss')
    rows = {row['uid']: row for row in rows_of(folder / 'metadata.csv')}
    assert list(next(iter(rows.values()))) == ['vid', 'uid', 's_min', 's_sec', 'a_obj', 'split', 'label']
    expected = {'metadata.csv', 'label2idx.json'}
    for uid, row in rows.items():
        start, seconds = 60 * int(row['s_min']) + int(row['s_sec']), 10 if row['label'] == 'v2' else 5
        assert uid == (row['vid'] if row['label'] == 'v1m' else f'{row["vid"]}_{start * 1000}_{(start + seconds) * 1000}')
        masks = 1 if (row['label'], row['split']) == ('v1s', 'train') else seconds
        expected |= {f'{row["label"]}/{uid}/frames/{k}.jpg' for k in range(seconds)} | {f'{row["label"]}/{uid}/audio.wav'}
        expected |= {f'{row["label"]}/{uid}/{name}/{k}.png' for name in ('labels_rgb', 'labels_semantic') for k in range(masks)}
    assert files_of(folder) == expected
    assert list(rows) == [clip.clip_id for split in clips.values() for clip in split]
    for clip in clips['test']:
        base = folder / rows[clip.clip_id]['label'] / clip.clip_id
        named, found = set(rows[clip.clip_id]['a_obj'].split('_')), set()
        for k, species in enumerate(render(clip.scene).species):
            labels, colours = read(base / f'labels_semantic/{k}.png'), read(base / f'labels_rgb/{k}.png')
            assert labels.dtype == np.uint8 and labels.ndim == 2
            names = np.array(['background', *(name for kind in KINDS for name in kind.avss)])
            assert np.array_equal(np.array(CLASSES)[labels], names[species])
            assert np.array_equal(np.array(PALETTE)[labels], colours)
            found |= {CLASSES[i] for i in np.unique(labels)} - {'background'}
        assert named - {''} == found


def test_v1s_and_v1m_are_the_clips_of_s4_and_ms3(pixel_builder):
    root = pixel_builder.root / 'avsbench'
    rows = rows_of(root / 'AVSS/metadata.csv')
    single = {(row['vid'], row['s_sec'], row['split']) for row in rows if row['label'] == 'v1s'}
    assert single == {(r['name'], r['start'], r['split']) for r in rows_of(root / 'Single-source/s4_meta_data.csv')}
    multiple = {(row['uid'], row['split']) for row in rows if row['label'] == 'v1m'}
    assert multiple == {(r['name'], r['split']) for r in rows_of(root / 'Multi-sources/ms3_meta_data.csv')}
    for row in rows:
        if row['label'] == 'v1m':
            masks = root / f'Multi-sources/ms3_data/gt_masks/{row["split"]}/{row["uid"]}'
            for k in range(5):
                labels = read(root / f'AVSS/v1m/{row["uid"]}/labels_semantic/{k}.png')
                assert np.array_equal(labels > 0, read(masks / f'{row["uid"]}_{k + 1}.png') > 0)


def test_classes_and_colours_are_the_official_ones(pixel_builder, shared_dir):
    official = json.loads((shared_dir / 'data/classes/avss.json').read_text())
    assert list(CLASSES) == official['classes'] and [list(colour) for colour in PALETTE] == official['palette']
    ours = pixel_builder.root / 'avsbench/AVSS/label2idx.json'
    assert json.loads(ours.read_text()) == json.loads((shared_dir / 'data/avsbench/AVSS/label2idx.json').read_text())


def truth_and_looks(name: str, count: int = 150):
    """For the frames of ``count`` training clips: the true mask, and the (actor, mask, looks as if it played) of all objects."""
    for index in range(count):
        scene = WRITERS[name].clip(4, 'train', index).scene
        times = np.arange(scene.duration) + 15 / 16
        masks = object_masks(scene, times, 56)
        for t in range(scene.duration):
            objects = [(actor, mask[t], bool(flags(actor.shown, scene.duration)[t])) for actor, mask in zip(scene.actors, masks)
                       if actor.visible]
            heard = [mask for actor, mask, _ in objects if flags(actor.heard, scene.duration)[t]]
            yield np.any(heard, 0) if heard else np.zeros((56, 56), bool), objects


def iou(guess: np.ndarray, truth: np.ndarray) -> float:
    return (guess & truth).sum() / (guess | truth).sum()


@pytest.mark.parametrize('name', ['avs_s4', 'avs_ms3', 'avss', 'f_music'])
def test_guesses_without_ears_are_poor(name):
    frames = list(truth_and_looks(name))
    # The metric gives full marks for leaving such a frame empty.
    empty = np.mean([not truth.any() for truth, _ in frames])
    assert empty == 0 if name == 'avs_s4' else 0.1 < empty < 0.35
    frames = [pair for pair in frames if pair[0].any()]
    mean = np.mean([truth for truth, _ in frames], 0)
    centre = np.zeros((56, 56), bool)
    centre[14:42, 14:42] = True
    scores = {}
    for truth, objects in frames:
        silent = [mask for actor, mask, _ in objects if not actor.heard]
        playing = [mask for _, mask, plays in objects if plays]
        guesses = {
            'everything': np.ones_like(truth),
            'centre': centre,
            'mean training mask': mean > np.quantile(mean, 0.75),
            'largest object': max(objects, key=lambda one: one[1].sum())[1],
            'silent objects': np.any([np.zeros_like(truth), *silent], 0),
            'all objects': np.any([mask for _, mask, _ in objects], 0),
            'playing objects': np.any([np.zeros_like(truth), *playing], 0)}
        for guess, mask in guesses.items():
            scores.setdefault(guess, []).append(iou(mask, truth))
    scores = {guess: np.mean(values) for guess, values in scores.items()}
    for guess in ('everything', 'centre', 'mean training mask', 'silent objects'):
        assert scores[guess] < 0.25, scores
    assert max(scores.values()) < 0.68, scores
