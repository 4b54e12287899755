import json
import shutil

import numpy as np
import pytest
import torch

from avreg.benchmarks import get_card
from avreg.datasets import VGGSS, BadMedia

from . import media, pixels

LOAD = [dict(type='LoadPair'), dict(type='LogMel'), dict(type='TokenizeText'), dict(type='PackAVInputs')]


@pytest.fixture
def root(tmp_path):
    return pixels.make_vggss(tmp_path / 'vggss')


def ids(dataset):
    return [dataset.get_data_info(i)['sample_id'] for i in range(len(dataset))]


def test_training_sees_pairs_and_no_label(root):
    dataset = VGGSS(str(root), 'train', LOAD)
    assert ids(dataset) == [f'tr_{k:08d}_000010' for k in range(4)]
    info = dataset.get_data_info(0)
    assert info['video_path'].endswith('frames/tr_00000000_000010.jpg')
    assert info['audio_path'].endswith('audio/tr_00000000_000010.wav') and not {'gt_boxes', 'gt_label'} & set(info)
    sample = dataset[0]
    assert sample['inputs']['visual'].shape == (1, 3, 32, 32) and sample['inputs']['audio'].shape == (3, 1, 96, 64)
    assert not {'gt_boxes', 'gt_label'} & set(sample['data_samples'].keys())
    whole = VGGSS(str(root), 'train', LOAD, num_segments=10)[0]
    assert whole['inputs']['audio'].shape[0] == 10 and len(whole['inputs']['visual']) == 1


@pytest.mark.parametrize('split', ['val', 'test'])
def test_boxes_are_clipped(root, split):
    sample = VGGSS(str(root), split, LOAD)[1]['data_samples']
    assert sample.gt_boxes.tolist() == [[0.125, 0.25, 0.5, 0.75], [0.5, 0, 0.75, 1]]
    assert sample.gt_boxes.dtype == torch.float64 and sample.category == 'playing trumpet'
    assert get_card('vggss').labels[sample.gt_label] == 'playing trumpet'
    assert sample.sample_id == f'{split[:2]}_00000001_000010' and sample.sample_idx == 1


def test_names_restrict_a_split(root):
    (root / 'some.csv').write_text('tr_00000002_000010.mp4,label\r\ntr_00000000_000010.mp4,label\r\n')
    for key in ('names', 'ann_file'):
        assert ids(VGGSS(str(root), 'train', **{key: 'some.csv'})) == ['tr_00000002_000010', 'tr_00000000_000010']
    (root / 'heard.csv').write_text('te_00000001_000010\n')
    assert ids(VGGSS(str(root), 'test', names='heard.csv')) == ['te_00000001_000010']
    (root / 'heard.csv').write_text('te_00000009_000010\n')
    with pytest.raises(ValueError, match=r'heard\.csv: 1 of 1 names have no boxes.*te_00000009_000010'):
        VGGSS(str(root), 'test', names='heard.csv')


def test_without_a_list_the_pairs_on_disk_that_are_not_evaluated(root):
    (root / 'vggss_train.txt').unlink()
    (root / 'audio/tr_00000001_000010.wav').unlink()
    assert ids(VGGSS(str(root), 'train')) == [f'tr_{k:08d}_000010' for k in (0, 2, 3)]


def test_evaluated_clips_in_the_list_are_told(root):
    with open(root / 'vggss_train.txt', 'a') as file:
        file.write('te_00000000_000010\n')
    with pytest.warns(UserWarning, match='1 of 5 training names are evaluated clips'):
        VGGSS(str(root), 'train')


def test_a_clip_without_area_stays_in(root):
    entries = json.loads((root / 'vggss.json').read_text())
    entries[0]['bbox'] = [[0.2, 0.5, 0.4, -2.9e16]]
    (root / 'vggss.json').write_text(json.dumps(entries))
    with pytest.warns(UserWarning, match='1 clips have no box with an area.*te_00000000_000010'):
        assert len(VGGSS(str(root), 'test')) == 2


def test_videos_instead_of_pictures(root):
    (root / 'video').mkdir()
    for k in range(4):
        media.write_video(root / f'video/tr_{k:08d}_000010.mp4', seconds=4)
    dataset = VGGSS(str(root), 'train', LOAD, media_prefix=dict(video='video', audio='video'))
    frames = dataset[0]['inputs']['visual']
    assert frames.shape == (1, 3, 32, 32)
    # Half of 4 s at 8 frames a second is frame 16 (the sound may be a little longer).
    assert abs(int(frames[0, :, 8:24, :12].float().mean()) - media.grey(16)) <= 4


def test_no_official_validation_split(root):
    (root / 'vggss_val.json').unlink()
    with pytest.raises(FileNotFoundError, match="no official validation split; the splits are 'train' and 'test'"):
        VGGSS(str(root), 'val')
    assert len(VGGSS(str(root), 'test')) == 2


@pytest.mark.parametrize('change, message', [
    ({'class': 'playing trumpets'}, r"vggss\.json, entry 1 \(id te_00000001_000010\).*'playing trumpet'"),
    ({'bbox': [[0.1, 0.2, 0.3]]}, r'entry 1 .*bbox is a list of boxes'), ({'bbox': []}, 'bbox is a list of boxes'),
    ({'bbox': [['a', 0, 0, 0]]}, 'bbox is a list of boxes'), ({'file': 3}, "the string 'file'")])
def test_malformed_entry_is_named(root, change, message):
    entries = json.loads((root / 'vggss.json').read_text())
    entries[1].update(change)
    (root / 'vggss.json').write_text(json.dumps(entries))
    with pytest.raises(ValueError, match=message):
        VGGSS(str(root), 'test')


def test_malformed_file(root):
    (root / 'vggss.json').write_text('[{"file": "a",}]')
    with pytest.raises(ValueError, match=r'vggss\.json:1: not JSON'):
        VGGSS(str(root), 'test')
    (root / 'vggss.json').write_text('{}')
    with pytest.raises(ValueError, match='expected a JSON list'):
        VGGSS(str(root), 'test')
    (root / 'vggss.json').write_text('[{"file": "a"}]')
    with pytest.raises(ValueError, match="no field 'class'"):
        VGGSS(str(root), 'test')


@pytest.mark.parametrize('folder, suffix', [('frames', 'jpg'), ('audio', 'wav')])
def test_missing_media(root, folder, suffix):
    (root / f'{folder}/te_00000001_000010.{suffix}').unlink()
    with pytest.raises(ValueError, match=rf'1 of 2 media files of vggss test.*{folder}/te_00000001_000010\.{suffix}'):
        VGGSS(str(root), 'test')
    shutil.rmtree(root / folder)
    with pytest.raises(FileNotFoundError, match='media_prefix'):
        VGGSS(str(root), 'test')


@pytest.mark.parametrize('folder, suffix', [('frames', 'jpg'), ('audio', 'wav')])
@pytest.mark.filterwarnings('ignore:vggss')
def test_damaged_media(root, folder, suffix):
    for split in ('tr', 'te'):
        (root / f'{folder}/{split}_00000001_000010.{suffix}').write_text('<html>404</html>')
    with pytest.raises(BadMedia, match=rf'vggss test sample te_00000001_000010: .*{folder}/te_00000001_000010\.{suffix}'):
        VGGSS(str(root), 'test', LOAD)[1]
    replaced = VGGSS(str(root), 'train', LOAD, bad_media_limit=0.3)[1]['data_samples'].sample_id
    assert replaced != 'tr_00000001_000010'


@pytest.mark.filterwarnings('ignore:vggss')
def test_real_boxes(shared_dir):
    dataset = VGGSS(str(shared_dir / 'data/vggss'), 'test', check_media=False)
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    boxes = np.concatenate([info['gt_boxes'] for info in infos])
    assert len(infos) == 5158 and len(boxes) == 5941
    assert {len(info['gt_boxes']) for info in infos} == {*range(1, 8)} and len({i['category'] for i in infos}) == 221
    assert boxes.min() == 0 and boxes.max() <= 1
    official = json.loads((shared_dir / 'data/vggss/metadata/vggss.json').read_text())
    raw = [[int(224 * max(value, 0)) for value in box] for entry in official for box in entry['bbox']]
    assert np.minimum(raw, 224).tolist() == [[int(224 * value) for value in box] for box in boxes.tolist()]
    assert sum(min(box) < -1e16 for entry in official for box in entry['bbox']) == 12
    names = (shared_dir / 'data/vggss/metadata/vggss_test.csv').read_text().split()
    assert [info['sample_id'] for info in infos] == names


def test_real_flaws_and_lists_are_told(shared_dir):
    root = str(shared_dir / 'data/vggss')
    with pytest.warns(UserWarning, match='2 clips have no box with an area.*M1P1xla8rg0_000000, MKC9LvRivTM_000030'):
        VGGSS(root, 'test', check_media=False)
    with pytest.warns(UserWarning, match='238 of 10000 training names'):
        assert len(VGGSS(root, 'train', names='metadata/vggss_10k.txt', check_media=False)) == 10000


@pytest.mark.filterwarnings('ignore:vggss')
@pytest.mark.parametrize('names, count', [('heard', 2564), ('unheard', 2575)])
def test_real_open_set_lists(shared_dir, names, count):
    dataset = VGGSS(str(shared_dir / 'data/vggss'), 'test', names=f'metadata/vggss_{names}_test.csv', check_media=False)
    assert len(dataset) == count
    assert len({dataset.get_data_info(i)['category'] for i in range(count)}) == 110


@pytest.mark.filterwarnings('ignore:vggss')
def test_real_pair(shared_dir, tmp_path):
    root = shared_dir / 'data/vggss'
    index = (root / 'metadata/vggss_test.csv').read_text().split().index('007P6bFgRCU_000010')
    sample = VGGSS(str(root), 'test', LOAD, indices=[index])[0]
    assert sample['inputs']['visual'].shape == (1, 3, 360, 480) and sample['inputs']['audio'].shape == (3, 1, 96, 64)
    assert sample['data_samples'].gt_boxes.numpy() == pytest.approx(np.array([[0.675, 0.29375, 0.81875, 0.41875]]))
    # The picture kept there is the frame at 5.0 s of the clip of VGGSound, the sound is that of the clip.
    (tmp_path / 'video').mkdir()
    shutil.copy(shared_dir / 'data/media/007P6bFgRCU_000010.mp4', tmp_path / 'video')
    shutil.copytree(root / 'metadata', tmp_path / 'metadata')
    clip = VGGSS(str(tmp_path), 'test', LOAD, indices=[index], media_prefix=dict(video='video', audio='video'))[0]
    difference = clip['inputs']['visual'][0].float() - sample['inputs']['visual'][0].float()
    assert difference.abs().mean() < 2
    assert (clip['inputs']['audio'] - sample['inputs']['audio']).abs().mean() < 0.05


@pytest.mark.filterwarnings('ignore:vggss')
def test_real_pairs_on_disk_are_evaluated_clips(shared_dir):
    with pytest.raises(ValueError, match="no sample for split 'train'"):
        VGGSS(str(shared_dir / 'data/vggss'), 'train')


def test_of_a_list_those_are_taken_that_are_on_disk(root):
    (root / 'list.txt').write_text('tr_00000001_000010\nnever_downloaded_000000\n')
    with pytest.warns(UserWarning, match='list.txt: 1 of 2 names are on disk'):
        assert len(VGGSS(str(root), 'train', names='list.txt')) == 1
    (root / 'list.txt').write_text('never_downloaded_000000\n')
    with pytest.raises(ValueError, match='none of its 1 names, as never_downloaded_000000, has both a picture in .*frames and a sound in .*audio'):
        len(VGGSS(str(root), 'train', names='list.txt'))
