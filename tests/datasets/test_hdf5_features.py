"""The official HDF5 files of features, through the datasets that read them."""
import gzip
import json
import shutil
import sys

import numpy as np
import pytest
from torch.utils.data import DataLoader

from avreg.datasets import AVE, AVQA, LLP, BadMedia
from avreg.errors import ConfigError

h5py = pytest.importorskip('h5py')
PIPELINE = [dict(type='LoadFeatures'), dict(type='PackAVInputs')]
FEATURES = dict(audio='audio_feature.h5', visual='visual_feature.h5', patches='visual_feature.h5')
NOISY = dict(audio='audio_feature_noisy.h5', visual='visual_feature_noisy.h5', patches='visual_feature_noisy.h5')
ROWS = ['Cat&b&good&0&3', 'Bark&a&good&2&4', 'Cat&a&good&0&1', 'Bark&c&good&0&10']


def put(path, **arrays):
    with h5py.File(path, 'w') as file:
        for key, array in arrays.items():
            file[key] = array


@pytest.fixture
def root(tmp_path):
    """Four rows of three clips, in another order in the splits, and three background videos."""
    (tmp_path / 'Annotations.txt').write_text('\n'.join(['Category&VideoID&Quality&StartTime&EndTime', *ROWS]))
    (tmp_path / 'trainSet.txt').write_text('\n'.join(ROWS[i] for i in (2, 0, 1)))
    (tmp_path / 'testSet.txt').write_text(ROWS[3])
    rng = np.random.default_rng(0)
    for names, count in ((FEATURES, 4), (NOISY, 3)):
        put(tmp_path / names['audio'], avadataset=rng.random((count, 10, 6)))
        put(tmp_path / names['visual'], avadataset=rng.random((count, 10, 2, 3, 5), np.float32))
    return tmp_path


def rows(path, key='avadataset'):
    with h5py.File(path) as file:
        return file[key][()]


def ave(root, split='train', **kwargs):
    return AVE(str(root), split, PIPELINE, **{'features': FEATURES, **kwargs})


def inputs(dataset, kind):
    return np.stack([dataset[i]['inputs'][kind].numpy() for i in range(len(dataset))])


def test_ave_reads_the_row_of_the_annotation(root):
    sound, picture = (rows(root / name) for name in ('audio_feature.h5', 'visual_feature.h5'))
    for split, numbers in (('train', [2, 0, 1]), ('test', [3])):
        dataset = ave(root, split)
        assert np.array_equal(inputs(dataset, 'audio'), sound[numbers].astype(np.float32))
        assert np.array_equal(inputs(dataset, 'patches'), picture[numbers].reshape(-1, 10, 6, 5))
        np.testing.assert_allclose(inputs(dataset, 'visual'), picture[numbers].mean((2, 3)), rtol=1e-6)
    put(root / 'train_order.h5', order=np.array([1, 3]))
    (root / 'trainSet.txt').unlink()
    assert np.array_equal(inputs(ave(root), 'audio'), sound[[1, 3]].astype(np.float32))


def test_weakly_supervised_training_has_the_background_videos(root):
    dataset = ave(root, supervision='weakly', background_features=NOISY)
    assert [dataset.get_data_info(i)['gt_label'] for i in range(6)][3:] == [28] * 3 and len(dataset) == 6
    assert dataset[5]['data_samples'].sample_id == 'background_002' and 'gt_segments' not in dataset[5]['data_samples']
    assert np.array_equal(inputs(dataset, 'audio')[3:], rows(root / NOISY['audio']).astype(np.float32))
    with pytest.raises(ConfigError, match="belong to split='train' with supervision='weakly'"):
        ave(root, 'test', supervision='weakly', background_features=NOISY)
    with pytest.raises(ConfigError, match='background_features is of audio, AVE.features of audio, visual, patches'):
        ave(root, supervision='weakly', background_features=dict(audio=NOISY['audio']))
    # What was read is still open.
    shutil.copyfile(root / NOISY['audio'], root / 'mine.h5')
    with h5py.File(root / 'mine.h5', 'a') as file:
        file.attrs['passport'] = json.dumps(dict(encoder='vggish', weights_sha256='1'))
    with pytest.raises(ConfigError, match='audio_feature.h5 and mine.h5 are not of one kind'):
        ave(root, supervision='weakly', background_features=dict(NOISY, audio='mine.h5'))
    put(root / 'two.h5', avadataset=np.zeros((2, 10, 6)))
    with pytest.raises(ValueError, match='2 rows in two.h5, 3 rows in visual_feature_noisy.h5'):
        ave(root, supervision='weakly', background_features=dict(NOISY, audio='two.h5'))


def test_a_file_that_cannot_be_the_right_one_is_told(root):
    with pytest.raises(FileNotFoundError, match=r"no file .*/audio_features.h5 of audio .*did you mean 'audio_feature.h5'"):
        ave(root, features=dict(audio='audio_features.h5'))
    (root / 'trainSet.txt').write_text('Cat&b&good&0&4\n')
    with pytest.raises(ValueError, match=r'trainSet.txt:1 \(id b\): Annotations.txt, .*no such row'):
        ave(root)
    put(root / 'audio_feature.h5', avadataset=np.zeros((3, 10, 6)))
    with pytest.raises(ValueError, match='audio_feature.h5: 3 rows .*Annotations.txt has 4'):
        ave(root, 'test')
    put(root / 'audio_feature.h5', avdataset=np.zeros((4, 10, 6)))
    with pytest.raises(ValueError, match="no rows under the key 'avadataset'; did you mean 'avdataset'"):
        ave(root, 'test')
    (root / 'audio_feature.h5').write_bytes(b'\x89HDF')
    with pytest.raises(ValueError, match='audio_feature.h5: not a whole HDF5 file'):
        ave(root, 'test')


def test_numbers_that_are_no_features_are_bad_media(root):
    broken = rows(root / 'audio_feature.h5')
    broken[3, 2, 1] = np.nan
    put(root / 'audio_feature.h5', avadataset=broken)
    with pytest.raises(BadMedia, match=r'audio_feature.h5:avadataset\[3\]: holds numbers that are not finite'):
        ave(root, 'test')[0]
    put(root / 'other.h5', avadataset=np.full((4, 10, 6), b'a'))
    with pytest.raises(BadMedia, match=r'other.h5:avadataset\[3\]: not numbers'):
        ave(root, 'test', features=dict(audio='other.h5'))[0]
    put(root / 'flat.h5', avadataset=np.zeros((4, 10)))
    with pytest.raises(BadMedia, match=r'flat.h5:avadataset\[3\]: shape \(10,\), expected \(T, D\)'):
        ave(root, 'test', features=dict(visual='flat.h5'))[0]


def test_benchmarks_and_kinds_without_such_files_are_told(root):
    for name in ('AVVP_train', 'AVVP_val_pd', 'AVVP_test_pd'):
        (root / f'{name}.csv').write_text('filename\tevent_labels\n6aV6c8mY0lg_30_40\tSpeech\n')
    with pytest.raises(ConfigError, match="LLP.features.audio='audio_feature.h5': llp has no official HDF5 file"):
        LLP(str(root), features=dict(audio='audio_feature.h5'))
    with pytest.raises(ConfigError, match="AVE.features.text='audio_feature.h5': features of questions"):
        ave(root, features=dict(text='audio_feature.h5'))


def test_without_h5py_the_error_names_the_extra(root, monkeypatch):
    dataset = ave(root)
    monkeypatch.setitem(sys.modules, 'h5py', None)
    for read in (lambda: ave(root), lambda: dataset[0]):
        with pytest.raises(ConfigError, match=r'needs h5py: `pip install avreg\[h5\]`'):
            read()


def test_one_row_is_read_not_the_file(root):
    with h5py.File(root / 'visual_feature.h5', 'w') as file:
        # 4 GB, of which one row takes room on the disk.
        (root / 'Annotations.txt').write_text('\n'.join(ROWS + [f'Cat&{i}&good&0&1' for i in range(4139)]))
        file.create_dataset('avadataset', (4143, 10, 7, 7, 512), np.float32)[3] = 1
    dataset = ave(root, 'test', features=dict(patches='visual_feature.h5'))

    def bytes_read():
        with open('/proc/self/io') as file:
            return int(file.readline().split()[1])

    before = bytes_read()
    assert dataset[0]['inputs']['patches'].eq(1).all()
    row = 10 * 49 * 512 * 4
    assert row <= bytes_read() - before < 1.2 * row


def test_workers_read_what_one_process_reads(root):
    # The file is open in this process when they start.
    dataset = ave(root)
    expected = inputs(dataset, 'patches')
    loader = DataLoader(dataset, batch_size=1, num_workers=2, collate_fn=list)
    assert np.array_equal(np.stack([batch[0]['inputs']['patches'] for batch in loader]), expected)
    assert np.array_equal(inputs(dataset, 'patches'), expected)


@pytest.fixture
def questions(tmp_path):
    """Three questions about the clips number 7, 3 and 7."""
    asked = [dict(id=i, video_name=f'clip_{n:06d}', video_id=n, question_text='What?', answer=0, multi_choice=list('abcd'))
             for i, n in enumerate((7, 3, 7))]
    for split in ('train', 'val'):
        (tmp_path / f'{split}_qa.json').write_text(json.dumps(asked))
    return tmp_path


def avqa(root, **features):
    return AVQA(str(root), 'val', PIPELINE, features=features, num_segments=8)


def test_avqa_reads_by_video_number(questions):
    rng = np.random.default_rng(0)
    frames, motion, sound = (rng.random((3, *shape), np.float32) for shape in ((8, 16, 5), (8, 5), (5, )))
    ids = np.array([3, 5, 7])
    for name, array in (('frames', frames), ('motion', motion), ('sound', sound)):
        put(questions / f'{name}.h5', ids=ids, **{f'{name}_features': array})
        put(questions / f'{name}_by_key.hdf5', **{str(i): row for i, row in zip(ids, array)})
    for ending in ('.h5', '_by_key.hdf5'):
        dataset = avqa(questions, patches=f'frames{ending}', visual=f'motion{ending}', audio=f'sound{ending}')
        for kind, array in (('patches', frames), ('visual', motion), ('audio', np.repeat(sound[:, None], 8, 1))):
            assert np.array_equal(inputs(dataset, kind), array[[2, 0, 2]])
        np.testing.assert_allclose(inputs(avqa(questions, visual=f'frames{ending}'), 'visual'), frames.mean(2)[[2, 0, 2]], rtol=1e-6)
    assert inputs(avqa(questions, audio='sound.h5'), 'audio').shape == (3, 8, 5)


@pytest.mark.parametrize('arrays', [dict(ids=np.array([7, 8]), x=np.zeros((2, 8, 5))), {'7': np.zeros((8, 5))}])
def test_a_video_that_avqa_features_lack_is_missing(questions, arrays):
    put(questions / 'x.h5', **arrays)
    with pytest.raises(ValueError, match=r'1 of 2 media files of avqa val are not in .*clip_000003 \(the first lacks .*x.h5:(video )?3\)'):
        avqa(questions, visual='x.h5')


@pytest.mark.parametrize('arrays, message', [
    (dict(x=np.zeros((2, 8, 5))), "neither a dataset 'ids' .*it holds x"),
    (dict(ids=np.arange(2), x=np.zeros((3, 8, 5))), r"beside 'ids' \(2 videos\) one dataset .* x \(3, 8, 5\)"),
    (dict(ids=np.arange(2)), 'there is none')])
def test_an_avqa_file_of_another_layout_is_told(questions, arrays, message):
    put(questions / 'x.h5', **arrays)
    with pytest.raises(ValueError, match=message):
        avqa(questions, visual='x.h5')


def test_avqa_annotations_without_numbers_are_told(questions):
    put(questions / 'x.h5', ids=np.array([3, 7]), x=np.zeros((2, 8, 5)))
    path = questions / 'val_qa.json'
    path.write_text(path.read_text().replace('"video_id": 3, ', ''))
    with pytest.raises(ValueError, match='question 1 has the video_id None'):
        avqa(questions, visual='x.h5')


def test_the_real_background_videos(shared_dir, tmp_path):
    folder = shared_dir / 'data/ave'
    for name in ('Annotations.txt', 'trainSet.txt'):
        shutil.copyfile(folder / name, tmp_path / name)
    with gzip.open(folder / 'data/audio_feature_noisy.h5.gz') as packed, open(tmp_path / NOISY['audio'], 'wb') as file:
        shutil.copyfileobj(packed, file)
    with h5py.File(tmp_path / 'audio_feature.h5', 'w') as file:
        file.create_dataset('avadataset', (4143, 10, 128), np.float32)[5] = 2
    dataset = AVE(str(tmp_path), 'train', PIPELINE, 'weakly', dict(audio=NOISY['audio']), features=dict(audio='audio_feature.h5'))
    assert len(dataset) == 3339 + 178
    background = np.stack([dataset[i]['inputs']['audio'].numpy() for i in range(3339, 3517)])
    assert background.shape == (178, 10, 128) and np.array_equal(background, rows(tmp_path / NOISY['audio']).astype(np.float32))
    assert all(dataset.get_data_info(i)['gt_label'] == 28 for i in range(3339, 3517))
    number = [dataset.get_data_info(i)['annotation_row'] for i in range(3339)]
    assert number == rows(folder / 'data/train_order.h5', 'order').tolist()
    assert dataset[number.index(5)]['inputs']['audio'].eq(2).all() and dataset[number.index(7)]['inputs']['audio'].eq(0).all()
