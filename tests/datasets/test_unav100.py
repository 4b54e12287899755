import json

import numpy as np
import pytest

from avreg.datasets import UnAV100
from avreg.datasets.bad_media import BadMedia
from avreg.errors import ConfigError

VIDEOS = {
    'tr_________': dict(duration=38, subset='train', annotations=[
        dict(segment=[9.745, 20.02277], label='fire truck siren', label_id=46), dict(segment=[0, 38], label='man speaking', label_id=0)]),
    'va_________': dict(duration=12.5, subset='validation', annotations=[dict(segment=[1, 2], label='raining', label_id=66)]),
    'te_________': dict(duration=50.0, subset='Test', annotations=[]),
}


@pytest.fixture
def root(tmp_path):
    (tmp_path / 'annotations').mkdir()
    (tmp_path / 'annotations/unav100_annotations.json').write_text(json.dumps(dict(version='unav100', database=VIDEOS)))
    folder = tmp_path / 'av_features'
    folder.mkdir()
    rng = np.random.default_rng(0)
    for video in VIDEOS:
        for name, length, width in (('_rgb', 30, 4), ('_flow', 30, 4), ('_vggish', 28, 3), ('_one_peace_video_finetune', 40, 6),
                                    ('_one_peace_audio', 41, 6)):
            np.save(folder / f'{video}{name}.npy', rng.normal(size=(length, width)))
    return tmp_path


def dataset(root, split='test', features='i3d_vggish', **options) -> UnAV100:
    return UnAV100(str(root), split, [dict(type='LoadFeatures', whole=True), dict(type='PackAVInputs')], features=features, **options)


@pytest.mark.parametrize('features, length, visual, audio', [('i3d_vggish', 28, 8, 3), ('one_peace', 40, 6, 6)])
def test_feature_files_side_by_side_and_cut_to_the_shortest(root, features, length, visual, audio):
    item = dataset(root, 'train', features)[0]
    assert item['inputs']['visual'].shape == (length, visual) and item['inputs']['audio'].shape == (length, audio)
    sample = item['data_samples']
    assert sample.duration == 38 and sample.gt_spans.tolist() == [[9.745, 20.02277], [0, 38]] and sample.gt_span_labels.tolist() == [46, 0]
    if features == 'i3d_vggish':
        streams = [np.load(root / f'av_features/tr_________{name}.npy')[:28] for name in ('_rgb', '_flow')]
        assert np.allclose(item['inputs']['visual'], np.concatenate(streams, 1))


def test_own_features_of_one_grid_beside_official_ones(root):
    for video in VIDEOS:
        np.save(root / f'av_features/{video}_clip.npy', np.ones((30, 5)))
    for name, hop in (('vggish', 0.32), ('clip', 0.32)):
        (root / f'av_features/passport_{name}.json').write_text(json.dumps(dict(encoder=name, hop=hop, step=hop)))
    own = dataset(root, features='clip_vggish')
    assert own[0]['inputs']['visual'].shape == (28, 5) and own.feature_passports['unav100']['visual']['encoder'] == 'clip'
    official = dataset(root).feature_passports['unav100']
    assert official['audio']['encoder'] == 'vggish' and official['visual_rgb'] is official['visual_flow'] is None
    (root / 'av_features/passport_clip.json').write_text(json.dumps(dict(encoder='clip', hop='second', step=1.0)))
    with pytest.raises(ConfigError, match='unav100 test: the rows of its features are not taken at the same times: visual every 1 s'):
        dataset(root, features='clip_vggish')


def test_splits_by_subset_and_a_video_without_events(root):
    assert [dataset(root, split)[0]['data_samples'].sample_id for split in ('train', 'validation', 'test')] == list(VIDEOS)
    assert dataset(root)[0]['data_samples'].gt_spans.shape == (0, 2)


def test_a_missing_file_is_named(root):
    (root / 'av_features/te__________flow.npy').unlink()
    message = r'1 of 1 media files of unav100 test are not in .*av_features: te_________ .*te__________flow\.npy'
    with pytest.raises(ValueError, match=message):
        dataset(root)
    with pytest.raises(BadMedia, match='there is no such file'):
        dataset(root, check_media=False)[0]


@pytest.mark.parametrize('content, message', [(b'html', 'not a whole .npy file'), (np.zeros((3, 4, 5)), r'\(3, 4, 5\)'),
                                              (np.full((3, 4), np.nan), 'not finite'), (np.zeros((0, 4)), r'\(0, 4\)')])
def test_damaged_features(root, content, message):
    path = root / 'av_features/te__________rgb.npy'
    path.write_bytes(content) if isinstance(content, bytes) else np.save(path, content)
    with pytest.raises(BadMedia, match=message):
        dataset(root)[0]


def test_unknown_features_and_no_folder(root):
    with pytest.raises(ConfigError, match="UnAV100.features='onepeace' is not one of 'i3d_vggish', 'clip_vggish', 'one_peace'; did you mean 'one_peace'"):
        dataset(root, features='onepeace')
    with pytest.raises(FileNotFoundError, match='no features folder: looked for .*elsewhere'):
        dataset(root, media_prefix=dict(features='elsewhere'))
