"""The data doctor on folders with every kind of damage, and on the official annotation files with almost no media."""
import json

import numpy as np
import pytest

from avreg.apis.data_doctor import examinable_benchmarks, examine
from avreg.apis.data_doctor_report import format_examination, write_examination
from avreg.benchmarks import list_cards
from avreg.errors import ConfigError
from avreg.leaderboard.coverage import coverage_hash
from tests.datasets import media, pixels


@pytest.fixture(scope='module')
def clip(tmp_path_factory):
    return media.write_video(tmp_path_factory.mktemp('clip') / 'clip.mp4', seconds=10)


def of_split(found, split):
    return next(one for one in found if one.split == split)


def test_every_kind_of_damage_is_found(tmp_path, clip):
    root = media.make_ave(tmp_path / 'ave', clip, train=7, test=2)
    videos = root / 'AVE'
    (videos / 'train_000000.mp4').unlink()
    (videos / 'train_000001.mp4').write_text('<html>')
    (videos / 'train_000002.mp4').write_bytes(clip.read_bytes()[:3000])
    media.write_video(videos / 'train_000003.mp4', seconds=6)
    media.write_video(videos / 'train_000004.mp4', seconds=10, amplitude=0)
    media.write_video(videos / 'train_000005.mp4', seconds=10, sound=None)
    found = examine('ave', root, workers=0)
    train, test = of_split(found, 'train'), of_split(found, 'test')
    assert {kind: sorted(videos) for kind, videos in train.problems.items()} == dict(
        missing=['train_000000'], corrupt=['train_000001', 'train_000002', 'train_000005'], short=['train_000003'], silent=['train_000004'])
    assert 'no sound track' in train.problems['corrupt']['train_000005']
    assert '6.0 s of picture and 6.0 s of sound, 10.0 s expected' in train.problems['short']['train_000003']
    present = ['train_000003', 'train_000004', 'train_000006']
    assert train.coverage == dict(present=3, of=7, ids=coverage_hash(present)) and train.videos == 7
    assert test.coverage['present'] == 2 and not any(test.problems.values())

    table = format_examination(found).splitlines()
    assert [cell.strip() for cell in table[2].split('|')[1:-1]] == ['train', '7', '3', '42.9 %', '7', '1', '3', '1', '1', coverage_hash(present)[:16]]
    content = json.loads(write_examination(tmp_path / 'a.json', 'ave', root, found).read_text())
    assert content['splits']['train']['problems']['missing'] == {'train_000000': str(videos / 'train_000000.mp4')}
    assert content['splits']['train']['coverage'] == train.coverage
    lines = write_examination(tmp_path / 'a.txt', 'ave', root, found).read_text().splitlines()
    assert f'train\tmissing\ttrain_000000\t{videos}/train_000000.mp4' in lines and sum(line.startswith('train\t') for line in lines) == 6


def test_without_reading_only_what_is_missing_is_known(tmp_path, clip):
    root = media.make_ave(tmp_path / 'ave', clip, train=2, test=1)
    (root / 'AVE/train_000000.mp4').write_text('<html>')
    (root / 'AVE/test_000000.mp4').unlink()
    found = examine('ave', root, decode=False)
    assert of_split(found, 'train').coverage['present'] == 2 and of_split(found, 'test').coverage['present'] == 0


def test_questions_share_their_video(tmp_path, clip):
    root = media.make_music_avqa(tmp_path / 'music', clip, videos=2, questions=3)
    (root / 'video/00000001.mp4').unlink()
    test = of_split(examine('music_avqa', root, workers=0), 'test')
    assert test.videos == 2 and list(test.problems['missing']) == ['00000001']
    assert test.coverage == dict(present=3, of=6, ids=coverage_hash([2000, 2001, 2002]))
    assert not test.problems['short'], 'nobody says how long the videos are'


@pytest.mark.parametrize('benchmark, make, damage', [('vggss', pixels.make_vggss, 'frames/te_00000000_000010.jpg'),
                                                     ('avs_s4', pixels.make_s4, '*/s4_data/gt_masks/test/*/*/*_1.png'),
                                                     ('avs_ms3', pixels.make_ms3, '*/ms3_data/visual_frames/test*/*_3.png'),
                                                     ('avss', pixels.make_avss, '*/v2/*test*/audio.wav'),
                                                     ('flickr_soundnet', pixels.make_flickr, 'audio/*.wav')])
def test_pictures_masks_and_sounds_are_read(tmp_path, benchmark, make, damage):
    root = make(tmp_path / 'download')
    whole = of_split(examine(benchmark, root, ['test'], workers=0), 'test')
    assert whole.coverage['present'] == whole.coverage['of'] > 0 and not whole.problems['corrupt']
    file = sorted(root.glob(damage))[0]
    file.write_bytes(file.read_bytes()[:60])
    test = of_split(examine(benchmark, root, ['test'], workers=0), 'test')
    assert len(test.problems['corrupt']) == 1 and str(file) in next(iter(test.problems['corrupt'].values()))
    assert test.coverage['present'] == whole.coverage['of'] - 1 and test.coverage['ids'] != whole.coverage['ids']


def test_feature_files_take_the_place_of_media(tmp_path, clip):
    root = media.make_ave(tmp_path / 'ave', clip, train=4, test=1)
    (root / 'feats').mkdir()
    for k, array in enumerate((np.ones((10, 128)), np.zeros((10, 128)), np.ones((7, 128)))):
        np.save(root / f'feats/train_{k:06d}.npy', array)
    train, = examine('ave', root, ['train'], dict(features=dict(audio='feats')), workers=0)
    assert {kind: list(videos) for kind, videos in train.problems.items()} == dict(
        missing=['train_000003'], corrupt=[], short=['train_000002'], silent=['train_000001'])


def test_mistakes_are_named(tmp_path, clip):
    with pytest.raises(ValueError, match="'avee' is not a benchmark that has a dataset; did you mean 'ave'"):
        examine('avee', tmp_path)
    with pytest.raises(FileNotFoundError, match='there is no folder'):
        examine('ave', tmp_path / 'nowhere')
    with pytest.raises(ValueError, match="'tset' is not a split of ave; did you mean 'test'"):
        examine('ave', tmp_path, ['tset'])
    root = media.make_ave(tmp_path / 'ave', clip, 1, 1)
    with pytest.raises(ConfigError, match='supervison'):
        examine('ave', root, options=dict(supervison='weakly'))
    (root / 'valSet.txt').write_text('nonsense\n')
    found = examine('ave', root, decode=False)
    assert 'valSet.txt:1' in of_split(found, 'val').unreadable and 'valSet.txt:1' in format_examination(found)
    assert of_split(found, 'train').coverage['present'] == 1


def test_every_benchmark_with_a_dataset_can_be_examined():
    assert set(examinable_benchmarks()) == {card.name for card in list_cards()}


@pytest.mark.parametrize('benchmark, counts, present', [
    ('ave', dict(train=3339, val=402, test=402), {'test': ['-67UNKFmRLk', '-en7GAdXAQk']}),
    ('llp', dict(test=1200), {'test': ['6aV6c8mY0lg_30_40']}),
    ('vggss', dict(test=5158), {'test': ['007P6bFgRCU_000010']}),
    ('unav100', dict(validation=2134), {}),
    ('music_avqa', dict(test=9129), {}),
])
def test_official_annotations_with_almost_no_media(shared_dir, benchmark, counts, present):
    for one in examine(benchmark, shared_dir / 'data' / benchmark, list(counts), workers=0):
        ids = present.get(one.split, [])
        assert one.coverage == dict(present=len(ids), of=counts[one.split], ids=coverage_hash(ids)), one.split


def test_a_split_that_cannot_be_read_is_told_beside_the_others(shared_dir):
    """There is no official validation split of VGG-SS, and of its training pairs none is on disk."""
    found = examine('vggss', shared_dir / 'data/vggss', decode=False)
    assert {one.split for one in found if one.unreadable} == {'train', 'val'}
    assert 'no official validation split' in format_examination(found)
