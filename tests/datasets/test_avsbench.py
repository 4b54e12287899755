"""The three settings of AVSBench."""
import shutil
import wave

import numpy as np
import pytest
import torch
from PIL import Image

from avreg.benchmarks import get_card
from avreg.datasets import AVSMS3, AVSS4, AVSSemantic, BadMedia
from avreg.datasets.transforms import LoadClip

from . import pixels

LOAD = [dict(type=name) for name in ('LoadFrames', 'LogMel', 'LoadMasks', 'TokenizeText', 'PackAVInputs')]


@pytest.fixture
def s4(tmp_path):
    return pixels.make_s4(tmp_path / 'avsbench')


@pytest.fixture
def ms3(tmp_path):
    return pixels.make_ms3(tmp_path / 'avsbench')


@pytest.fixture
def avss(tmp_path):
    return pixels.make_avss(tmp_path / 'avsbench')


def info(dataset, key):
    return [dataset.get_data_info(i)[key] for i in range(len(dataset))]


@pytest.mark.parametrize('split, labelled', [('train', [True] + [False] * 4), ('val', [True] * 5), ('test', [True] * 5)])
def test_s4(s4, split, labelled):
    dataset = AVSS4(str(s4), split, LOAD)
    assert info(dataset, 'sample_id')[:2] == [f'lawn_mowing/{split}_0', f'horse_clip-clop/{split}_1']
    packed = dataset[1]
    inputs, sample = packed['inputs'], packed['data_samples']
    assert inputs['visual'].shape == (5, 3, 32, 32) and inputs['visual'].dtype == torch.uint8
    assert [int(frame[0, 0, 0]) for frame in inputs['visual']] == [120, 140, 160, 180, 200]
    assert inputs['audio'].shape == (5, 1, 96, 64) and inputs['audio'].std() > 0.5
    assert sample.labelled.tolist() == labelled and sample.labelled.dtype == torch.bool
    assert sample.gt_masks.shape == (5, 32, 32) and sample.gt_masks.dtype == torch.float32
    for mask, known in zip(sample.gt_masks, labelled):
        assert mask[:, :8].min() == known and not mask[:, 8:].any()
    assert sample.category == 'horse_clip-clop' == get_card('avs_s4').labels[sample.gt_label]
    assert len(sample.frame_paths) == 5 and sample.video_path.endswith(f'{split}/horse_clip-clop/{split}_1')


@pytest.mark.parametrize('split, value', [('train', 1.0), ('val', 0.2), ('test', 0.2)])
def test_ms3_masks_are_soft_for_the_metric_and_foreground_for_training(ms3, split, value):
    packed = AVSMS3(str(ms3), split, LOAD)[0]
    sample = packed['data_samples']
    assert sample.gt_masks.unique().numpy() == pytest.approx([0, value]) and sample.labelled.all()
    assert sample.sample_id == f'{split}_0_0' and sample.frame_paths[4].endswith(f'{split}_0_0/{split}_0_0.mp4_5.png')
    # The sound is 4 s long: the last second is silence.
    assert packed['inputs']['audio'].shape == (5, 1, 96, 64)
    assert packed['inputs']['audio'][4].max() < np.log(0.02) < packed['inputs']['audio'][3].max()


@pytest.mark.parametrize('masks', ['labels_rgb', 'labels_semantic'])
@pytest.mark.parametrize('split', ['train', 'test'])
def test_avss(avss, split, masks):
    dataset = AVSSemantic(str(avss), split, LOAD, masks=masks)
    assert info(dataset, 'subset') == ['v1s', 'v1m', 'v2']
    for packed, T in zip((dataset[i] for i in range(3)), (5, 5, 10)):
        sample = packed['data_samples']
        assert packed['inputs']['visual'].shape[0] == packed['inputs']['audio'].shape[0] == T == sample.num_segments
        assert sample.gt_masks.shape == (T, 224, 224) and sample.gt_masks.dtype == torch.uint8
        one = split == 'train' and sample.subset == 'v1s'
        assert sample.labelled.tolist() == [True] + [not one] * (T - 1)
        assert sample.gt_masks[0].unique().tolist() == [0, 14] and (sample.gt_masks[0, :, :56] == 14).all()
        assert sample.gt_masks[-1].any() != one
        assert sample.sample_id == f'{split}-{sample.subset}_0_{1000 * T}'


@pytest.mark.parametrize('part, dataset', [('Single-source', AVSS4), ('Multi-sources', AVSMS3), ('AVSS', AVSSemantic)])
@pytest.mark.parametrize('check_media', [True, False])
def test_root_may_be_the_part_itself(s4, ms3, avss, part, dataset, check_media):
    outer, inner = (dataset(str(root), 'test', check_media=check_media) for root in (s4, s4 / part))
    for key in ('frame_paths', 'audio_path', 'mask_paths'):
        assert info(outer, key) == info(inner, key)


def test_fewer_segments(s4, avss):
    assert AVSS4(str(s4), 'test', LOAD, num_segments=2)[0]['data_samples'].gt_masks.shape[0] == 2
    assert info(AVSSemantic(str(avss), 'test', num_segments=7), 'num_segments') == [5, 5, 7]


def test_subsets(avss):
    assert info(AVSSemantic(str(avss), 'val', subsets=['v2']), 'subset') == ['v2']
    with pytest.raises(ValueError, match="subsets='v3' is not one of"):
        AVSSemantic(str(avss), 'val', subsets=['v3'])
    with pytest.raises(ValueError, match="did you mean 'labels_rgb'"):
        AVSSemantic(str(avss), 'val', masks='label_rgb')


@pytest.mark.parametrize('dataset', [AVSS4, AVSMS3, AVSSemantic])
def test_missing_list_names_what_is_expected(tmp_path, dataset):
    (tmp_path / 'x').mkdir()
    with pytest.raises(FileNotFoundError, match='metadata.csv|meta_data.csv') as error:
        dataset(str(tmp_path / 'x'), check_media=False)
    assert dataset.layout in str(error.value)
    with pytest.raises(FileNotFoundError, match='data_root'):
        dataset(str(tmp_path / 'y'))


@pytest.mark.parametrize('old, new, message', [
    ('category,split', 'category,splits', r"s4_meta_data\.csv:1: there is no column 'split'; did you mean 'splits'"),
    ('name,start,category,split', 'name,category,split', 'has 3 columns'),
    ('train_0,0,lawn_mowing,train', 'train_0,0,lawn_mower,train', r"csv:2 \(id train_0\).*'lawn_mowing'"),
    ('train_0,0,lawn_mowing,train', 'train_0,0,lawn_mowing,tran', r"csv:2 \(id train_0\).*'tran'.*did you mean 'train'"),
    ('train_0,0,lawn_mowing,train', 'train_0,0,lawn_mowing', r'csv:2 \(id train_0\): expected 4 fields'),
])
def test_malformed_list_is_named(s4, old, new, message):
    path = s4 / 'Single-source/s4_meta_data.csv'
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ValueError, match=message):
        AVSS4(str(s4), 'train')


def test_unknown_subset_in_the_list_is_named(avss):
    path = avss / 'AVSS/metadata.csv'
    path.write_text(path.read_text().replace('train,v1m', 'train,v1n'))
    with pytest.raises(ValueError, match=r"metadata\.csv:3 .*label 'v1n'.*did you mean"):
        AVSSemantic(str(avss), 'test')


@pytest.mark.parametrize('file', ['visual_frames/{}/lawn_mowing/{}_0/{}_0_4.png', 'gt_masks/{}/lawn_mowing/{}_0/{}_0_1.png',
                                  'audio_wav/{}/lawn_mowing/{}_0.wav'])
@pytest.mark.filterwarnings('ignore:avs_s4')
def test_bad_media(s4, file, tmp_path):
    paths = {split: s4 / 'Single-source/s4_data' / file.format(split, split, split) for split in ('train', 'test')}
    for path in paths.values():
        path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(BadMedia, match=rf"avs_s4 test sample lawn_mowing/test_0: .*{paths['test'].name}"):
        AVSS4(str(s4), 'test', LOAD)[0]
    train = AVSS4(str(s4), 'train', LOAD, bad_media_limit=0.3)
    train.set_bad_media_log(tmp_path / 'bad.jsonl')
    assert train[0]['data_samples'].sample_id != 'lawn_mowing/train_0'
    assert paths['train'].name in (tmp_path / 'bad.jsonl').read_text()
    for path in paths.values():
        path.unlink()
    with pytest.raises(ValueError, match=rf"1 of 2 media files of avs_s4 test.*lawn_mowing/test_0.*{paths['test'].name}"):
        AVSS4(str(s4), 'test', LOAD)
    with pytest.raises(BadMedia, match='there is no such file'):
        AVSS4(str(s4), 'test', LOAD, check_media=False)[0]
    train = AVSS4(str(s4), 'train', LOAD, bad_media_limit=0.3)
    assert train.missing == {'lawn_mowing/train_0': str(paths['train'])}
    assert train[0]['data_samples'].sample_id != 'lawn_mowing/train_0'


@pytest.mark.parametrize('kind, write', [('visual_frames', pixels.write_picture), ('gt_masks', pixels.write_mask)])
def test_a_file_of_another_size_is_named(s4, kind, write):
    write(s4 / f'Single-source/s4_data/{kind}/test/lawn_mowing/test_0/test_0_3.png', size=48)
    with pytest.raises(BadMedia, match=r'lawn_mowing/test_0: .*test_0_3\.png: 48 x 48 pixels, while the first .* 32 x 32'):
        AVSS4(str(s4), 'test', LOAD)[0]


def test_class_masks_that_hold_no_classes(avss):
    path = pixels.write_mask(avss / 'AVSS/v1m/test-v1m_0_5000/labels_semantic/2.png', 71)
    with pytest.raises(BadMedia, match=r'labels_semantic/2\.png: value 71 is not a class; the classes are 0\.\.70'):
        AVSSemantic(str(avss), 'test', LOAD, masks='labels_semantic')[1]
    pixels.write_mask(path, (1, 2, 3))
    with pytest.raises(BadMedia, match='has the channels RGB'):
        AVSSemantic(str(avss), 'test', LOAD, masks='labels_semantic')[1]


def test_training_masks_follow_the_flip_and_the_size(s4):
    steps = [*LOAD[:3], dict(type='Resize', size=16), dict(type='ResizeMasks', size=16), dict(type='RandomFlip', prob=1.0),
             *LOAD[3:]]
    packed = AVSS4(str(s4), 'train', steps)[0]
    mask = packed['data_samples'].gt_masks[0]
    assert mask.shape == (16, 16) and mask[:, 12:].min() == 1 and not mask[:, :12].any()
    assert packed['inputs']['visual'][0, 0, 0, 0] < packed['inputs']['visual'][0, 0, 0, 15], 'the bright half is right now'


def test_cache_serves_frames_and_masks(s4, tmp_path, monkeypatch):
    cached = dict(type='Cached', folder=str(tmp_path / 'cache'), transforms=LOAD[:3],
                  keys=('frames', 'log_mel', 'gt_masks', 'labelled'))
    plain = AVSS4(str(s4), 'train', LOAD)
    for _ in range(2):
        found = AVSS4(str(s4), 'train', [cached, *LOAD[3:]])[1]
        for key in ('visual', 'audio'):
            assert torch.equal(found['inputs'][key], plain[1]['inputs'][key])
        for key in ('gt_masks', 'labelled'):
            assert torch.equal(found['data_samples'].get(key), plain[1]['data_samples'].get(key))
    assert len(list((tmp_path / 'cache').rglob('*.npz'))) == 1
    # Another mask is another entry.
    pixels.write_mask(s4 / 'Single-source/s4_data/gt_masks/train/horse_clip-clop/train_1/train_1_1.png', 0)
    assert not AVSS4(str(s4), 'train', [cached, *LOAD[3:]])[1]['data_samples'].gt_masks.any()


@pytest.mark.parametrize('dataset, counts', [(AVSS4, (3452, 740, 740)), (AVSMS3, (296, 64, 64)),
                                             (AVSSemantic, (8498, 1304, 1554))])
def test_real_lists(shared_dir, dataset, counts):
    splits = [dataset(str(shared_dir / 'data/avsbench'), split, check_media=False) for split in ('train', 'val', 'test')]
    assert tuple(map(len, splits)) == counts
    assert len({i for split in splits for i in info(split, 'sample_id')}) == sum(counts)
    if dataset is AVSS4:
        assert {c for split in splits for c in info(split, 'category')} == set(get_card('avs_s4').labels)


def test_real_subsets_are_the_clips_of_s4_and_ms3(shared_dir):
    root, card = str(shared_dir / 'data/avsbench'), get_card('avss')
    numbers = dict(v1s=(3452, 740, 740), v1m=(296, 64, 64), v2=(4750, 500, 750))
    for subset, expected in numbers.items():
        found = [AVSSemantic(root, split, subsets=[subset], check_media=False) for split in card.splits]
        assert tuple(map(len, found)) == expected
        uids = info(found[2], 'sample_id')
        if subset == 'v1s':
            names = [i.split('/')[1] for i in info(AVSS4(root, 'test', check_media=False), 'sample_id')]
            assert sorted(uid.rsplit('_', 2)[0] for uid in uids) == sorted(names)
        elif subset == 'v1m':
            assert sorted(uids) == sorted(info(AVSMS3(root, 'test', check_media=False), 'sample_id'))


@pytest.mark.parametrize('subset, masks, classes, rate', [('v1s', 'labels_semantic', [0, 45], 16000),
                                                          ('v2', 'labels_rgb', [0, 14], 48000)])
def test_real_clips_of_one_frame(shared_dir, subset, masks, classes, rate):
    packed = AVSSemantic(str(shared_dir / 'data/avsbench'), 'train', LOAD, ann_file='AVSS/crab_samples_metadata.csv',
                         subsets=[subset], masks=masks, num_segments=1)[0]
    assert packed['inputs']['visual'].shape[:2] == (1, 3) and packed['inputs']['audio'].shape == (1, 1, 96, 64)
    assert packed['data_samples'].gt_masks.unique().tolist() == classes
    assert packed['data_samples'].gt_masks.shape == (1, 224, 224)


def test_real_v1m_clip(shared_dir, tmp_path):
    """Its second frame is public; it stands in for all five."""
    source = shared_dir / 'data/avsbench/AVSS'
    shutil.copytree(source / 'v1m', tmp_path / 'v1m')
    shutil.copy(source / 'crab_samples_metadata.csv', tmp_path / 'metadata.csv')
    clip = tmp_path / 'v1m/crab_ms3_sample'
    for k in (0, 2, 3, 4):
        shutil.copy(clip / 'frames/1.jpg', clip / f'frames/{k}.jpg')
        shutil.copy(clip / 'labels_semantic/1.png', clip / f'labels_semantic/{k}.png')
    packed = AVSSemantic(str(tmp_path), 'train', LOAD, subsets=['v1m'], masks='labels_semantic')[0]
    assert packed['inputs']['audio'].shape == (5, 1, 96, 64) and packed['inputs']['visual'].shape == (5, 3, 720, 1280)
    assert set(packed['data_samples'].gt_masks.unique().tolist()) <= {0, 9, 41} and packed['data_samples'].labelled.all()


def test_real_mask_of_0_and_255(shared_dir, ms3):
    """The one public object mask with these values, as S4 and as MS3 read it."""
    real = shared_dir / 'data/avsbench/ref-avs/gt_mask/00007.png'
    truth = np.array(Image.open(real)) > 0
    for k in range(1, 6):
        shutil.copy(real, ms3 / f'Multi-sources/ms3_data/gt_masks/test/test_0_0/test_0_0_{k}.png')
    assert (AVSMS3(str(ms3), 'test', LOAD)[0]['data_samples'].gt_masks.numpy() == truth).all()


@pytest.mark.parametrize('sample_id', ['horse_clip-clop/0BLiYNtFSjA', 'dog_barking/_p04SYXuBSQ', 'driving_buses/_QYbisnpKlQ'])
def test_real_s4_clips(shared_dir, tmp_path, sample_id):
    """Their videos are public, pictures and masks are not: pictures are cut out here, the masks are ours."""
    source = shared_dir / 'data/avsbench/Single-source'
    shutil.copytree(source, tmp_path / 'Single-source')
    video = source / f's4_data/raw_videos/train/{sample_id}.mp4'
    clip = LoadClip()(dict(video_path=str(video), audio_path=str(video), num_segments=5))
    folder, name = tmp_path / 'Single-source/s4_data', sample_id.split('/')[1]
    for k, frame in enumerate(clip['frames'], 1):
        path = folder / f'visual_frames/train/{sample_id}/{name}_{k}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(frame).resize((224, 224)).save(path)
    pixels.write_mask(folder / f'gt_masks/train/{sample_id}/{name}_1.png', size=224)
    sound = folder / f'audio_wav/train/{sample_id}.wav'
    sound.parent.mkdir(parents=True)
    with wave.open(str(sound), 'wb') as file:
        file.setparams((1, 2, 16000, 0, 'NONE', ''))
        file.writeframes((clip['waveform'] * 32767).astype(np.int16).tobytes())
    rows = info(AVSS4(str(tmp_path), 'train', check_media=False), 'sample_id')
    packed = AVSS4(str(tmp_path), 'train', LOAD, indices=[rows.index(sample_id)])[0]
    assert packed['inputs']['visual'].shape == (5, 3, 224, 224) and packed['inputs']['audio'].shape == (5, 1, 96, 64)
    assert packed['inputs']['audio'].std() > 0.1 and packed['data_samples'].labelled.tolist() == [True] + [False] * 4
