"""F-Music and F-Lifescene of the world: sentences that say what the scene does, masks of the same objects, read by the datasets."""
import dataclasses
import functools
import json
import re

import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image

from avreg.benchmarks import CaptionTokenizer
from avreg.benchmarks.caption_vocabulary import WORDS
from avreg.datasets.avworld.avsbench import FRAME_MOMENT, render
from avreg.datasets.avworld.masks import sounding_species
from avreg.datasets.avworld.scene import Actor, Scene
from avreg.datasets.avworld.sentences import describe, place_of
from avreg.datasets.avworld.world import WRITERS, AVWorldBuilder
from avreg.datasets.transforms.random_flip import mirror_words
from avreg.registry import DATASETS

NAMES = ('f_music', 'f_lifescene')
SIZES = {name: dict(train=2, val=1, test=2) for name in NAMES}
TIMES = np.arange(10) + FRAME_MOMENT
SPOTS = dict(left=0.2, middle=0.5, right=0.8)


def player(kind: int, place: str | None, heard, **known) -> Actor:
    return Actor(kind, place, heard=heard, present=((0, 10), ) if place else (), x=SPOTS.get(place, 0.5), **known)


def said(name: str, *actors: Actor, indoor: bool = True) -> list[str]:
    return describe(Scene(10, indoor, actors), WRITERS[name].wording, TIMES)


@functools.cache
def clips_of(name: str) -> list[tuple[Scene, list[str]]]:
    """Scenes and sentences of many clips, none of them rendered."""
    scenes = [WRITERS[name].clip(3, 'train', i).scene for i in range(300)]
    return [(scene, describe(scene, WRITERS[name].wording, TIMES)) for scene in scenes]


@pytest.fixture(params=NAMES)
def many(request):
    """Name, scenes and sentences of one of the two."""
    return request.param, *zip(*clips_of(request.param))


@pytest.fixture(scope='module')
def builder(tmp_path_factory):
    builder = AVWorldBuilder(tmp_path_factory.mktemp('sentences') / 'avworld', seed=7, benchmarks=NAMES, sizes=SIZES, workers=1)
    builder.build()
    return builder


def test_one_object_that_starts_and_stops():
    assert said('f_music', player(0, 'left', ((2, 4), ), rhythm=1.0, level=-17.0)) == [
        'No instrument is heard.', 'No instrument is heard.', 'A violin on the left now softly plays with long pauses.',
        'A violin on the left softly plays with long pauses.', 'A violin on the left falls silent.', *['No instrument is heard.'] * 5]
    dog = player(9, 'right', ((0, 10), ), rhythm=4.0, level=-11.0)
    assert said('f_lifescene', dog, indoor=False) == ['Outdoors a dog on the right barks fast and loud without rest.'] * 10


def test_pace_and_loudness_have_words_of_their_own():
    sentences = [said(name, player(2, 'middle', ((0, 10), ), rhythm=rhythm, level=level))[0]
                 for name in NAMES for rhythm in (1.0, 2.2, 4.0) for level in (-17.0, -11.0)]
    assert len(set(sentences)) == 12 and all(' bagpipe in the middle ' in text for text in sentences[:6])


def test_two_objects_alike_and_apart_in_pace_in_the_order_of_the_kinds():
    drum, banjo = player(7, 'right', ((0, 10), ), rhythm=2.0), player(8, 'left', ((3, 10), ), rhythm=2.4)
    sentences = said('f_music', banjo, drum)
    assert sentences[3] == 'A drum on the right plays and a banjo on the left now plays, both steadily.'
    slower = dataclasses.replace(banjo, rhythm=1.0)
    assert said('f_music', slower, drum)[5] == 'A drum on the right plays steadily while a banjo on the left plays slowly.'
    assert said('f_lifescene', slower, drum)[5] == 'Indoors a horse on the right trots steadily while a gun on the left fires slowly.'


def test_three_objects_and_one_that_is_not_in_the_picture():
    trio = [player(9, 'left', ((0, 5), )), player(3, 'middle', ((0, 5), )), player(5, 'right', ((0, 5), ))]
    sentences = said('f_music', *trio)
    assert sentences[0] == 'An accordion in the middle, a flute on the right and an acoustic guitar on the left play as a trio.'
    assert sentences[5] == 'An accordion in the middle, a flute on the right and an acoustic guitar on the left fall silent.'
    hidden = player(1, None, ((0, 10), ), rhythm=1.0)
    assert said('f_lifescene', hidden, trio[2])[0] == (
        'Indoors a bird on the right whistles steadily while a man outside the picture speaks slowly.')


def test_a_moving_object_changes_its_place():
    actor = player(0, 'left', ((0, 10), ), drift=(0.6, 0.0))
    places = [re.search('left|middle|right', text)[0] for text in said('f_music', actor)]
    assert places == sorted(places, key=['left', 'middle', 'right'].index) and set(places) == set(SPOTS)


def test_words_are_known_and_used_and_fit_in_24_tokens():
    tokenizer, used = CaptionTokenizer(), set()
    for name in NAMES:
        for _, sentences in clips_of(name):
            for ids in map(tokenizer.encode, sentences):
                assert len(ids) <= 24
                used |= set(tokenizer.decode(ids).split())
    assert used == set(WORDS)


def test_clips_change_and_their_sentences_with_them(many):
    _, scenes, sentences = many
    assert np.mean([len(set(of_clip)) > 1 for of_clip in sentences]) > 0.85
    for scene, of_clip in zip(scenes[:60], sentences):
        masked = sounding_species(scene, TIMES, 28).any((1, 2))
        # Whoever is masked is said to be somewhere in the picture; what falls silent is no longer masked.
        placed = [bool(re.search(r'left|middle|right', text)) and 'silent' not in text for text in of_clip]
        assert masked.tolist() == placed
    flat = [text for of_clip in sentences for text in of_clip]
    for words in ('now ', 'silent', 'outside the picture', 'is heard', ' while ', ', both ', 'play as a trio|sound all at once'):
        assert 0.005 < np.mean([bool(re.search(words, text)) for text in flat]) < 0.5, words


def test_a_mirrored_scene_is_described_by_the_mirrored_words(many):
    name, scenes, sentences = many
    for scene, of_clip in zip(scenes, sentences):
        actors = [dataclasses.replace(actor, x=1 - actor.x, drift=(-actor.drift[0], actor.drift[1])) for actor in scene.actors]
        mirrored = dataclasses.replace(scene, actors=tuple(actors[::-1]))
        assert describe(mirrored, WRITERS[name].wording, TIMES) == [mirror_words(text) for text in of_clip]


def test_some_objects_move_past_no_other(many):
    _, scenes, _ = many
    moving = [(scene, actor) for scene in scenes for actor in scene.actors if abs(actor.drift[0]) >= 0.2]
    assert 0.15 < len(moving) / len(scenes) < 0.45
    assert any(len({place_of(actor, time, 10) for time in TIMES}) > 1 for _, actor in moving)
    way = np.linspace(0, 1, 9)[:, None]
    for scene, mover in moving:
        paths = {actor: np.array([actor.x, actor.y]) + way * actor.drift for actor in scene.actors if actor.visible}
        path = paths.pop(mover)
        assert path[:, 0].min() > 0 and path[:, 0].max() < 1
        for other, its in paths.items():
            assert np.linalg.norm(path - its, axis=1).min() > 0.85 * (mover.radius + other.radius)


@pytest.mark.parametrize('name', NAMES)
def test_files_and_the_dataset_that_reads_them(builder, name):
    folder, wording = builder.folder(name), WRITERS[name].wording
    rows = {row['id']: row for row in json.loads((folder / 'annotations.json').read_text())}
    clips = builder.clips(name)
    assert {str(path.relative_to(folder)) for path in folder.rglob('*') if path.is_file()} == {
        'annotations.json', *(file for of_split in clips.values() for clip in of_split for file in clip.files)}
    for split, of_split in clips.items():
        data = DATASETS.build(dict(type='FMusic' if name == 'f_music' else 'FLifescene', data_root=str(folder), split=split,
                                   pipeline=[dict(type='LoadFrames'), dict(type='LoadMasks')]))
        assert [data.get_data_info(i)['sample_id'] for i in range(len(data))] == [clip.clip_id for clip in of_split]
        for i, clip in enumerate(of_split):
            loaded, row = data[i], rows[clip.clip_id]
            assert loaded['descriptions'] == row['descriptions'] == describe(clip.scene, wording, TIMES) and row['split'] == split
            assert np.array_equal(loaded['gt_masks'], np.float32(render(clip.scene).species > 0)) and loaded['labelled'].all()
            assert loaded['frames'].shape == (10, 112, 112, 3) and loaded['waveform'].shape == (160000, )
            assert row['scene'] == loaded['category']
            assert any(word in ' '.join(row['descriptions']).lower() for word in row['scene'].split(', '))
    with Image.open(folder / clips['test'][0].files[0]) as image:
        assert (image.format, image.size) == ('JPEG', (112, 112))


@pytest.mark.parametrize('name', NAMES)
def test_base_config_builds_and_loads(repo, builder, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)  # the cache
    cfg = Config.fromfile(repo / f'configs/_base_/datasets/{name}.py')
    for split in ('train', 'val', 'test'):
        packed = DATASETS.build(dict(cfg[f'{name}_{split}'], data_root=str(builder.folder(name))))[0]
        sample = packed['data_samples']
        assert packed['inputs']['visual'].shape == (10, 3, 112, 112) and packed['inputs']['audio'].shape == (10, 1, 96, 64)
        assert 1 not in packed['inputs']['text'], 'every word of the prompt is known'
        assert sample.gt_masks.shape == (10, 112, 112) and len(sample.descriptions) == 10
        assert ('gt_captions' in sample) == (split == 'train')
        if split == 'train':
            tokens = [CaptionTokenizer().decode(row) for row in sample.gt_captions]
            assert sample.gt_captions.shape == (10, 24) and tokens == [re.sub('[.,]', '', text.lower()) for text in sample.descriptions]
