"""What every dataset shares: folders, splits, media. Shown on AVE."""
import copy
import json
import os
import pickle
import shutil

import numpy as np
import pytest
import torch

from avreg.datasets import AVE, LLP, BadMedia, BadMediaLimit, DrawIndex, MusicAVQA

from . import media

LOAD = [dict(type='LoadClip'), dict(type='PackAVInputs')]


def break_file(path, how):
    """Make a media file unusable in the way ``how``."""
    if how == 'missing':
        path.unlink()
    elif how == 'empty':
        path.write_bytes(b'')
    elif how == 'text':
        path.write_text('<html>404 Not Found</html>')
    elif how == 'cut off':
        path.write_bytes(path.read_bytes()[:2000])
    elif how == 'no sound':
        media.write_video(path, sound=None)
    elif how == 'short':
        media.write_video(path, seconds=0.25)
    elif how == 'no picture':
        shutil.move(media.write_sound(path.with_suffix('.m4a')), path)


@pytest.mark.parametrize('dataset', [AVE, LLP, MusicAVQA])
def test_missing_folder_tells_what_is_expected_and_the_cure(tmp_path, dataset):
    with pytest.raises(FileNotFoundError) as error:
        dataset(str(tmp_path / 'nowhere'))
    for part in ('data_root', str(tmp_path / 'nowhere'), dataset.layout, 'tools/make_avworld.py'):
        assert part in str(error.value)


def test_missing_annotation_names_the_nearest_file(ave_root):
    shutil.move(ave_root / 'valSet.txt', ave_root / 'vallSet.txt')
    with pytest.raises(FileNotFoundError, match=r'valSet\.txt; nearest there: vallSet\.txt'):
        AVE(str(ave_root), 'val')
    with pytest.raises(FileNotFoundError, match=r'nearest there: ave/trainSet\.txt'):
        AVE(str(ave_root.parent), 'train')


def test_missing_media_folder(ave_root):
    shutil.rmtree(ave_root / 'AVE')
    with pytest.raises(FileNotFoundError, match=r'media_prefix'):
        AVE(str(ave_root))


@pytest.mark.parametrize('kwargs, nearest', [(dict(split='tests'), 'test'), (dict(on_bad_media='skipp'), 'skip'),
                                             (dict(media_prefix=dict(vidio='AVE')), 'video')])
def test_wrong_choice_names_the_nearest(ave_root, kwargs, nearest):
    with pytest.raises(ValueError, match=f'did you mean {nearest!r}'):
        AVE(str(ave_root), **kwargs)


def test_empty_split_is_an_error(ave_root):
    (ave_root / 'testSet.txt').write_text('')
    with pytest.raises(ValueError, match="no sample for split 'test'"):
        AVE(str(ave_root), 'test')


@pytest.mark.parametrize('indices, ids', [(2, ['train_000000', 'train_000001']),
                                          ([4, 0], ['train_000004', 'train_000000'])])
def test_indices(ave_root, indices, ids):
    dataset = AVE(str(ave_root), indices=indices)
    assert [dataset.get_data_info(i)['sample_id'] for i in range(len(dataset))] == ids


def test_meta_and_media(ave_root):
    dataset = AVE(str(ave_root), 'test', lazy_init=True)
    dataset.full_init()
    assert dataset.metainfo['benchmark'] == 'ave' and len(dataset.metainfo['classes']) == 29
    assert dataset.test_mode and not AVE(str(ave_root), 'train').test_mode
    row = dataset.get_data_info(0)
    assert row['video_path'] == row['audio_path'] == str(ave_root / 'AVE/test_000000.mp4')


def test_other_media_folder_and_suffix(ave_root, clip):
    (ave_root / 'sound').mkdir()
    for k in range(2):
        (ave_root / f'sound/test_{k:06d}.wav').touch()
    shutil.move(ave_root / 'AVE/test_000001.mp4', ave_root / 'AVE/test_000001.mkv')
    row = AVE(str(ave_root), 'test', media_prefix=dict(audio='sound')).get_data_info(1)
    assert row['video_path'].endswith('AVE/test_000001.mkv') and row['audio_path'].endswith('sound/test_000001.wav')
    (ave_root / 'sound/test_000001.wav').unlink()
    with pytest.raises(ValueError, match='test_000001'):
        AVE(str(ave_root), 'test', media_prefix=dict(audio='sound'))


def test_missing_media_stop_a_test(ave_root):
    (ave_root / 'AVE/test_000001.mp4').unlink()
    with pytest.raises(ValueError, match=r'1 of 2 media files of ave test.*test_000001'):
        AVE(str(ave_root), 'test')
    assert len(AVE(str(ave_root), 'test', check_media=False)) == 2


def test_missing_media_in_training_are_listed_up_to_the_limit(ave_root):
    (ave_root / 'AVE/train_000003.mp4').unlink()
    with pytest.raises(ValueError, match=r'1 of 6 media files.*train_000003.*bad_media_limit=0.01'):
        AVE(str(ave_root), 'train')
    with pytest.warns(UserWarning, match='train_000003'):
        assert AVE(str(ave_root), 'train', bad_media_limit=0.2).missing == {
            'train_000003': str(ave_root / 'AVE/train_000003.mp4')}


BROKEN = ['empty', 'text', 'cut off', 'no sound', 'no picture', 'short']


@pytest.mark.parametrize('how', BROKEN)
def test_bad_media_stop_a_test_with_id_and_file(ave_root, how):
    break_file(ave_root / 'AVE/test_000001.mp4', how)
    dataset = AVE(str(ave_root), 'test', LOAD)
    assert dataset[0]['data_samples'].sample_id == 'test_000000'
    with pytest.raises(BadMedia, match=r'ave test sample test_000001: .*AVE/test_000001\.mp4'):
        dataset[1]


@pytest.mark.parametrize('how', ['missing', *BROKEN])
@pytest.mark.filterwarnings('ignore:ave')
def test_bad_media_are_replaced_in_training(ave_root, tmp_path, how):
    break_file(ave_root / 'AVE/train_000002.mp4', how)
    dataset = AVE(str(ave_root), 'train', LOAD, bad_media_limit=0.2)
    log = tmp_path / 'work/bad_media.jsonl'
    dataset.set_bad_media_log(log)
    replaced = dataset[DrawIndex(2, (5, 17, 2))]['data_samples'].sample_id
    assert replaced != 'train_000002'
    assert dataset[DrawIndex(2, (5, 17, 2))]['data_samples'].sample_id == replaced
    assert len({dataset[DrawIndex(2, (5, k, 2))]['data_samples'].sample_id for k in range(20)}) > 1
    row, = map(json.loads, log.read_text().splitlines())
    assert row['id'] == row['video_id'] == 'train_000002' and row['benchmark'] == 'ave' and row['split'] == 'train'
    assert 'train_000002' in row['file'] and row['reason']


@pytest.mark.filterwarnings('ignore:ave')
def test_too_many_bad_media_stop_training(ave_root, tmp_path):
    for k in (1, 4):
        break_file(ave_root / f'AVE/train_{k:06d}.mp4', 'text')
    dataset = AVE(str(ave_root), 'train', LOAD, bad_media_limit=0.2)
    dataset.set_bad_media_log(tmp_path / 'bad.jsonl')
    with pytest.raises(BadMediaLimit, match=r'2 of 6 media files are bad.*train_000001, train_000004.*bad\.jsonl'):
        for k in range(6):
            dataset[k]


@pytest.mark.filterwarnings('ignore:ave')
def test_bad_media_of_several_processes_count_together(ave_root, tmp_path):
    """Two workers, which have copies of the dataset, each meet one bad file, which alone is within the limit."""
    for k in (1, 5):
        break_file(ave_root / f'AVE/train_{k:06d}.mp4', 'text')
    dataset = AVE(str(ave_root), 'train', LOAD, bad_media_limit=0.2)
    dataset.set_bad_media_log(tmp_path / 'bad.jsonl')
    first, second = pickle.loads(pickle.dumps([dataset, copy.deepcopy(dataset)]))
    first[1], first[1]
    with pytest.raises(BadMediaLimit, match='2 of 6'):
        second[5]


@pytest.mark.filterwarnings('ignore:ave')
def test_a_file_is_listed_once(ave_root, tmp_path):
    break_file(ave_root / 'AVE/train_000001.mp4', 'text')
    log = tmp_path / 'bad.jsonl'
    log.write_text(json.dumps(dict(benchmark='llp', split='train', id='x', video_id='x', file='x', reason='x')) + '\n')
    for _ in range(2):  # the second time as after resuming
        fresh = AVE(str(ave_root), 'train', LOAD, bad_media_limit=0.2)
        fresh.set_bad_media_log(log)
        fresh[1], fresh[1]
    assert [json.loads(line)['video_id'] for line in log.read_text().splitlines()] == ['x', 'train_000001']


def test_rng_depends_on_the_draw_alone(ave_root, tmp_path):
    def draw(results):
        return float(results['rng'].random())
    dataset = AVE(str(ave_root), 'train', [draw])
    expected = np.random.default_rng((1, 2, 3)).random()
    assert dataset[DrawIndex(2, (1, 2, 3))] == dataset[DrawIndex(5, (1, 2, 3))] == expected
    assert dataset[2] == np.random.default_rng((0, 2)).random() == dataset[2]
    assert len({dataset[DrawIndex(2, (1, k, 3))] for k in range(50)}) == 50


def test_sample_is_not_shared_between_calls(ave_root):
    def spoil(results):
        results['gt_segments'][:] = -1
        return results
    dataset = AVE(str(ave_root), 'train', [spoil])
    dataset[0]
    assert (dataset.get_data_info(0)['gt_segments'] >= 0).all()


def test_media_are_listed_by_scan_not_by_stat(ave_root, monkeypatch):
    calls = []
    scan = os.scandir
    monkeypatch.setattr(os, 'scandir', lambda path: calls.append(str(path)) or scan(path))
    AVE(str(ave_root), 'train')
    assert calls.count(str(ave_root / 'AVE')) == 1


def test_packed_tensors(ave_root):
    names = 'LoadClip', 'LogMel', 'TokenizeText', 'PackAVInputs'
    sample = AVE(str(ave_root), 'train', [dict(type=name) for name in names])[1]
    inputs = sample['inputs']
    assert [inputs[key].dtype for key in ('audio', 'visual', 'text')] == [torch.float32, torch.uint8, torch.int64]
    assert sample['data_samples'].gt_label.shape == () and sample['data_samples'].gt_label == 7
