import shutil

import numpy as np
import pytest

from avreg.datasets import AVE
from avreg.datasets.ave import read_ave_rows


def info(dataset, key):
    return [dataset.get_data_info(i)[key] for i in range(len(dataset))]


def test_truth_is_that_of_the_row(ave_root):
    dataset = AVE(str(ave_root), 'train')
    row = dataset.get_data_info(1)
    assert row['sample_id'] == 'train_000001' and row['gt_label'] == 7
    assert row['gt_segments'].tolist() == [28, 7, 7, 7, 7, 7, 28, 28, 28, 28]
    assert row['gt_segments'].dtype == np.int64


@pytest.mark.parametrize('header', [True, False])
def test_header_or_none(tmp_path, header):
    path = tmp_path / 'a.txt'
    path.write_text(('Category&VideoID&Quality&StartTime&EndTime\r\n' if header else '') +
                    'Violin, fiddle&-67UNKFmRLk&good&7&10\r\n\r\nA & b&x&good&0&0\n')
    rows = read_ave_rows(path)
    assert [row[:4] for row in rows] == [('Violin, fiddle', '-67UNKFmRLk', 7, 10), ('A & b', 'x', 0, 0)]


@pytest.mark.parametrize('line', ['Bark&x&good&0', 'Bark&x&good&a&3', 'Bark&x&good&4&3', 'Bark&x&good&0&11'])
def test_malformed_line_is_named(tmp_path, line):
    path = tmp_path / 'a.txt'
    path.write_text(f'Bark&y&good&0&3\n{line}\n')
    with pytest.raises(ValueError, match=r'a\.txt:2'):
        read_ave_rows(path)


def test_unknown_label_names_line_id_and_nearest(ave_root):
    with open(ave_root / 'testSet.txt', 'a') as file:
        file.write('Violin fiddle&abc&good&0&3\n')
    with pytest.raises(ValueError, match=r"'Violin fiddle'.*testSet\.txt:3 \(id abc\).*'Violin, fiddle'"):
        AVE(str(ave_root), 'test')


def test_weak_supervision_shows_no_seconds_in_training(ave_root):
    weak = AVE(str(ave_root), 'train', supervision='weakly').get_data_info(1)
    assert 'gt_segments' not in weak and weak['gt_label'] == 7
    assert 'gt_segments' in AVE(str(ave_root), 'val', supervision='weakly').get_data_info(0)
    with pytest.raises(ValueError, match="did you mean 'weakly'"):
        AVE(str(ave_root), supervision='weak')


def test_repeated_id_keeps_both_rows(ave_root):
    with open(ave_root / 'valSet.txt', 'a') as file:
        file.write('Cat&val_000000&good&1&2\n')
    dataset = AVE(str(ave_root), 'val')
    assert info(dataset, 'sample_id') == ['val_000000', 'val_000001', 'val_000000#2']
    assert info(dataset, 'video_id')[2] == 'val_000000' and info(dataset, 'gt_label') == [2, 7, 22]


def test_row_numbers_take_the_place_of_split_files(ave_root):
    h5py = pytest.importorskip('h5py')
    whole = AVE(str(ave_root), 'train')
    shutil.move(ave_root / 'trainSet.txt', ave_root / 'Annotations.txt')
    with h5py.File(ave_root / 'train_order.h5', 'w') as file:
        file['order'] = np.array([3, 1])
    dataset = AVE(str(ave_root), 'train')
    assert info(dataset, 'sample_id') == [whole.get_data_info(i)['sample_id'] for i in (3, 1)]


def test_without_h5py_the_error_tells_the_cure(ave_root, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'h5py', None)
    shutil.move(ave_root / 'trainSet.txt', ave_root / 'Annotations.txt')
    (ave_root / 'train_order.h5').touch()
    with pytest.raises(ImportError, match=r'avreg\[h5\].*trainSet\.txt'):
        AVE(str(ave_root), 'train')


@pytest.mark.parametrize('split, count', [('train', 3339), ('val', 402), ('test', 402)])
def test_real_split(shared_dir, split, count):
    dataset = AVE(str(shared_dir / 'data/ave'), split, check_media=False)
    assert len(dataset) == count == len(set(info(dataset, 'sample_id')))
    if split == 'test':
        segments = np.stack(info(dataset, 'gt_segments'))
        assert round(100 * float((segments == 28).mean()), 1) == 17.8
        row = dataset.get_data_info(133)
        assert row['video_id'] == '-67UNKFmRLk' and row['gt_segments'].tolist() == [28] * 7 + [7] * 3


def test_real_annotations_with_and_without_header(shared_dir):
    with_header = read_ave_rows(shared_dir / 'data/ave/Annotations.txt')
    without = read_ave_rows(shared_dir / 'data/ave/data/Annotations.txt')
    assert [row[:4] for row in with_header] == [row[:4] for row in without] and len(without) == 4143


def test_real_order_files_list_the_split_files(shared_dir, tmp_path):
    pytest.importorskip('h5py')
    shutil.copytree(shared_dir / 'data/ave/data', tmp_path / 'ave/data')
    for split in ('train', 'val', 'test'):
        by_number = AVE(str(tmp_path / 'ave'), split, check_media=False)
        by_file = AVE(str(shared_dir / 'data/ave'), split, check_media=False)
        assert info(by_number, 'sample_id') == info(by_file, 'sample_id')
        assert (np.stack(info(by_number, 'gt_segments')) == np.stack(info(by_file, 'gt_segments'))).all()


def test_real_videos_load(shared_dir, pipeline):
    dataset = AVE(str(shared_dir / 'data/ave'), 'test', pipeline, indices=[19, 133])
    for sample in (dataset[0], dataset[1]):
        assert sample['inputs']['audio'].shape == (10, 1, 96, 64)
        assert sample['inputs']['visual'].shape == (10, 3, 16, 16)
        assert sample['data_samples'].gt_segments.shape == (10,)
