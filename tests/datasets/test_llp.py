import shutil

import numpy as np
import pytest

from avreg.datasets import LLP
from avreg.datasets.llp import llp_video_id

HEADER = 'filename\tonset\toffset\tevent_labels\n'


def test_weak_and_dense_truth(llp_root):
    train = LLP(str(llp_root), 'train').get_data_info(0)
    assert np.flatnonzero(train['gt_video']).tolist() == [0, 3] and train['gt_video'].dtype == np.float32
    assert 'gt_audio' not in train
    first, second = (LLP(str(llp_root), 'test').get_data_info(i) for i in (0, 1))
    assert np.argwhere(first['gt_audio']).tolist() == [[2, 0], [3, 0], [4, 0]]
    assert np.argwhere(first['gt_visual']).tolist() == [[2, 3], [3, 3], [4, 3]]
    assert first['gt_audio'].shape == (10, 25) and not second['gt_audio'].any()
    assert first['sample_id'] == 'tes_0000000_10_20' and first['video_id'] == 'tes_0000000'


@pytest.mark.parametrize('name, video_id', [('BjCEufrlXm4_20_30', 'BjCEufrlXm4'), ('_a_b_c_d_ef_0_10', '_a_b_c_d_ef'),
                                            ('-aaaaaaaaaa_101.8_111.8', '-aaaaaaaaaa')])
def test_id_is_parsed_from_the_right(name, video_id):
    assert llp_video_id(name, 'here') == video_id


@pytest.mark.parametrize('name', ['short_0_10', 'BjCEufrlXm4_20', 'BjCEufrlXm4_a_30', 'BjCEufrlXm4'])
def test_malformed_id_is_an_error(name):
    with pytest.raises(ValueError, match='file.csv:7'):
        llp_video_id(name, 'file.csv:7')


def test_flaws_of_event_files_are_told_and_change_nothing(llp_root):
    clean = LLP(str(llp_root), 'test').get_data_info(0)['gt_audio']
    with open(llp_root / 'AVVP_eval_audio.csv', 'a') as file:
        for row in ('tes_0000000_10_20 2 5 Speech', 'tes_0000000_10_20 9 0 Cat', 'tes_0000000_10_20 3 3 Cat',
                    'val_0000000_10_20 0 9 Cat', 'Baby_cry_infant_cry 0 9 nonsense', 'nobody_here_0_10` 0 9 Cat'):
            file.write(row.replace(' ', '\t') + '\n')
    with pytest.warns(UserWarning) as warned:
        flawed = LLP(str(llp_root), 'test').get_data_info(0)['gt_audio']
    assert (flawed == clean).all()
    told = ' '.join(str(w.message) for w in warned)
    assert '2 lines of 2 clips' in told and '2 events are empty or reversed' in told and '1 repeated lines' in told


def test_unknown_label_names_line_id_and_nearest(llp_root):
    with open(llp_root / 'AVVP_eval_visual.csv', 'a') as file:
        file.write('tes_0000001_10_20\t0\t3\tFrying (food)\n')
    with pytest.raises(ValueError, match=r"AVVP_eval_visual\.csv:3 \(id tes_0000001_10_20\).*'Frying_\(food\)'"):
        LLP(str(llp_root), 'test')


@pytest.mark.parametrize('content, place', [('filename,event_labels\n', ':1'),
                                            ('filename\tevent_labels\nBjCEufrlXm4_20_30 Speech\n', ':2')])
def test_malformed_file_is_named(llp_root, content, place):
    (llp_root / 'AVVP_train.csv').write_text(content)
    with pytest.raises(ValueError, match=rf'AVVP_train\.csv{place}'):
        LLP(str(llp_root), 'train')


@pytest.mark.parametrize('seconds', ['-1\t3', '0.5\t3', '0\t11'])
def test_seconds_outside_are_an_error(llp_root, seconds):
    (llp_root / 'AVVP_eval_audio.csv').write_text(f'{HEADER}tes_0000000_10_20\t{seconds}\tDog\n')
    with pytest.raises(ValueError, match=r'AVVP_eval_audio\.csv:2'):
        LLP(str(llp_root), 'test')


@pytest.mark.filterwarnings('ignore:llp')
@pytest.mark.parametrize('split, count', [('train', 10000), ('val', 649), ('test', 1200)])
def test_real_split(shared_dir, split, count):
    dataset = LLP(str(shared_dir / 'data/llp'), split, check_media=False)
    samples = [dataset.get_data_info(i) for i in range(len(dataset))]
    assert len(samples) == count == len({s['sample_id'] for s in samples}) == len({s['video_id'] for s in samples})
    if split == 'test':
        assert sum(not s['gt_audio'].any() for s in samples) == 5 + 1  # the one has an empty event only
        assert sum(not s['gt_visual'].any() for s in samples) == 121
        contradict = sum(not np.array_equal((s['gt_audio'] + s['gt_visual']).any(0), s['gt_video'] > 0)
                         for s in samples)
        assert contradict == 51 + 2  # the two have a label whose only events are empty
        chainsaw = samples[99]
        assert chainsaw['sample_id'] == '6aV6c8mY0lg_30_40' and chainsaw['gt_audio'][:, 8].all()
        assert np.flatnonzero(chainsaw['gt_visual'][:, 8]).tolist() == [0, 3, 4, 5, 9]


def test_real_flaws_are_counted(shared_dir):
    with pytest.warns(UserWarning) as warned:
        LLP(str(shared_dir / 'data/llp'), 'test', check_media=False)
    told = ' '.join(str(w.message) for w in warned)
    assert 'audio.csv: 14 lines of 8 clips' in told and 'of 7 clips' in told
    assert 'audio.csv: 6 events are empty or reversed' in told and '8 repeated lines' in told


@pytest.mark.filterwarnings('ignore:llp')
def test_real_older_file(shared_dir, tmp_path):
    shutil.copytree(shared_dir / 'data/llp', tmp_path / 'llp')
    new = LLP(str(tmp_path / 'llp'), 'test', check_media=False)
    old = LLP(str(tmp_path / 'llp'), 'test', check_media=False, audio_events='older/AVVP_eval_audio.csv')
    differ = [new.get_data_info(i)['sample_id'] for i in range(1200)
              if not np.array_equal(new.get_data_info(i)['gt_audio'], old.get_data_info(i)['gt_audio'])]
    assert 1 <= len(differ) <= 3


def test_real_videos_load(shared_dir, pipeline):
    train = LLP(str(shared_dir / 'data/llp'), 'train', pipeline, indices=1)[0]
    assert train['data_samples'].sample_id == 'BjCEufrlXm4_20_30' and train['inputs']['audio'].shape == (10, 1, 96, 64)
    with pytest.warns(UserWarning):
        test = LLP(str(shared_dir / 'data/llp'), 'test', pipeline, indices=[99])[0]
    assert test['data_samples'].gt_audio.shape == (10, 25)
