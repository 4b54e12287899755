import json

import numpy as np
import pytest

from avreg.apis import pack_features
from avreg.datasets import AVE, AVQA
from avreg.errors import ConfigError

h5py = pytest.importorskip('h5py')
PIPELINE = [dict(type='LoadFeatures'), dict(type='PackAVInputs')]
PASSPORT = dict(encoder='vggish', weights_sha256='1', step=1.0, hop='second')


@pytest.fixture
def ave_root(tmp_path):
    """Rows of AVE, one clip with two events, and a feature file a clip."""
    rows = ['Cat&b&good&0&3', 'Bark&a&good&2&4', 'Cat&a&good&0&1', 'Bark&-c&good&0&10']
    (tmp_path / 'Annotations.txt').write_text('\n'.join(rows))
    (tmp_path / 'trainSet.txt').write_text('\n'.join(rows[i] for i in (3, 1, 0, 2)))
    _put(tmp_path / 'feats', ('a', 'b', '-c'), (10, 6))
    return tmp_path


@pytest.fixture
def avqa_root(tmp_path):
    asked = [dict(id=i, video_name=f'clip_{n}', video_id=n, question_text='What?', answer=0, multi_choice=list('abcd'))
             for i, n in enumerate((7, 3, 12))]
    (tmp_path / 'train_qa.json').write_text(json.dumps(asked[:2]))
    (tmp_path / 'val_qa.json').write_text(json.dumps(asked[1:]))
    _put(tmp_path / 'feats', ('clip_7', 'clip_3', 'clip_12'), (10, 2, 6))
    return tmp_path


def _put(folder, names, shape):
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in names:
        np.save(folder / f'{name}.npy', rng.standard_normal(shape).astype(np.float32))
    (folder / 'passport.json').write_text(json.dumps(PASSPORT))


@pytest.mark.parametrize('benchmark, cls, kind', [('ave', AVE, 'audio'), ('avqa', AVQA, 'patches')])
def test_the_dataset_reads_from_the_file_what_it_reads_from_the_folder(request, benchmark, cls, kind):
    root = request.getfixturevalue(f'{benchmark}_root')
    assert pack_features(benchmark, root, root / 'feats', root / 'packed.h5')[1:] == np.load(next((root / 'feats').glob('*.npy'))).shape
    folder, packed = (cls(str(root), 'train', PIPELINE, features={kind: name}) for name in ('feats', 'packed.h5'))
    assert len(folder) == len(packed) > 1
    for i in range(len(folder)):
        assert np.array_equal(folder[i]['inputs'][kind], packed[i]['inputs'][kind])
        assert folder[i]['data_samples'].sample_id == packed[i]['data_samples'].sample_id
    assert packed.feature_passports == folder.feature_passports == {benchmark: {kind: PASSPORT}}
    assert not list(root.glob('.*')), 'no temporary file is left'


def test_the_official_keys_and_orders(ave_root):
    pack_features('ave', ave_root, ave_root / 'feats', ave_root / 'packed.h5')
    with h5py.File(ave_root / 'packed.h5') as file:
        assert list(file) == ['avadataset'] and file['avadataset'].dtype == np.float32
        assert np.array_equal(file['avadataset'], np.stack([np.load(ave_root / f'feats/{name}.npy') for name in ('b', 'a', 'a', '-c')]))


def test_videos_of_avqa_lie_in_the_order_of_their_numbers(avqa_root):
    pack_features('avqa', avqa_root, avqa_root / 'feats', avqa_root / 'packed.h5')
    with h5py.File(avqa_root / 'packed.h5') as file:
        assert sorted(file) == ['features', 'ids'] and file['ids'][()].tolist() == [3, 7, 12]
        assert np.array_equal(file['features'][2], np.load(avqa_root / 'feats/clip_12.npy'))


def test_missing_videos_are_listed_together_and_nothing_is_written(ave_root):
    for name in ('a', '-c'):
        (ave_root / 'feats' / f'{name}.npy').unlink()
    with pytest.raises(FileNotFoundError, match='2 of 3 videos of ave have no file in .*feats: a, -c. '):
        pack_features('ave', ave_root, ave_root / 'feats', ave_root / 'packed.h5')
    assert not list(ave_root.glob('*.h5'))


@pytest.mark.parametrize('array, message', [
    (np.zeros((9, 6)), r'a.npy: shape \(9, 6\), expected 10 steps'),
    (np.zeros((10, 7)), r'a.npy: shape \(10, 7\), but .*b.npy has \(10, 6\)'),
    (np.full((10, 6), np.inf), 'a.npy: holds numbers that are not finite'), (np.array(['x']), 'a.npy: not a .npy file of numbers')])
def test_a_bad_file_is_named_and_nothing_is_left(ave_root, array, message):
    np.save(ave_root / 'feats/a.npy', array)
    with pytest.raises(ValueError, match=message):
        pack_features('ave', ave_root, ave_root / 'feats', ave_root / 'packed.h5')
    assert sorted(path.name for path in ave_root.iterdir()) == ['Annotations.txt', 'feats', 'trainSet.txt']


def test_mistakes_are_told(ave_root):
    with pytest.raises(ConfigError, match="no official HDF5 file of 'av'; did you mean 'ave'"):
        pack_features('av', ave_root, ave_root / 'feats', ave_root / 'packed.h5')
    with pytest.raises(ConfigError, match='packed.npy: call the file .h5'):
        pack_features('ave', ave_root, ave_root / 'feats', ave_root / 'packed.npy')
    (ave_root / 'packed.h5').write_bytes(b'mine')
    with pytest.raises(ConfigError, match='packed.h5 exists already'):
        pack_features('ave', ave_root, ave_root / 'feats', ave_root / 'packed.h5')
    assert (ave_root / 'packed.h5').read_bytes() == b'mine'


def test_a_number_of_two_videos_is_told(avqa_root):
    path = avqa_root / 'val_qa.json'
    path.write_text(path.read_text().replace('"video_id": 12', '"video_id": 7'))
    with pytest.raises(ValueError, match='several videos have the video_id 7: clip_7, clip_12'):
        pack_features('avqa', avqa_root, avqa_root / 'feats', avqa_root / 'packed.h5')
    path.write_text(path.read_text().replace('clip_12', 'clip_3'))
    with pytest.raises(ValueError, match='id 2: video_id 7 of clip_3'):
        pack_features('avqa', avqa_root, avqa_root / 'feats', avqa_root / 'packed.h5')
