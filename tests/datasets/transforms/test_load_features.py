"""Feature files as their authors store them."""
import json
import shutil

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate

from avreg.datasets import AVE, AVQA, BadMedia, MusicAVQA
from avreg.errors import ConfigError
from avreg.registry import MODELS
from tests.datasets.media import question

FOLDERS = dict(audio='vggish', visual='clip_feats/frame_1fps_ViT-L14@336px', patches='ToMe_feat/tome14', text='qst_ViT-L14@336px',
               prompt='qaPrompt_ViT-L14@336px')
SHAPES = dict(audio=(60, 128), visual=(60, 768), patches=(60, 14, 1024), text=(1, 768), prompt=(1, 768))
PIPELINE = [dict(type='LoadFeatures'), dict(type='ConstructPrompt'), dict(type='PackAVInputs')]


def save(root, kind: str, name: str, array) -> None:
    path = root / FOLDERS[kind] / f'{name}.npy'
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, array)


@pytest.fixture
def root(tmp_path):
    """Two clips, three questions, and no media."""
    (tmp_path / 'json_update').mkdir()
    rows = [question('00000001', 10), question('00000001', 11), question('00000002', 12)]
    for split in ('train', 'test'):
        (tmp_path / f'json_update/avqa-{split}.json').write_text(json.dumps(rows))
    rng = np.random.default_rng(0)
    for kind, shape in SHAPES.items():
        for name in ('10', '11', '12') if kind in ('text', 'prompt') else ('00000001', '00000002'):
            save(tmp_path, kind, name, rng.standard_normal(shape).astype(np.float32))
    return tmp_path


def dataset(root, split='train', **kwargs):
    return MusicAVQA(str(root), split, PIPELINE, **{'features': FOLDERS, **kwargs})


def test_official_files_become_inputs_and_questions_share_their_clip(root):
    samples = [dataset(root)[i] for i in range(3)]
    assert {kind: tuple(x.shape) for kind, x in samples[0]['inputs'].items()} == dict(SHAPES, text=(768, ), prompt=(768, ))
    assert np.array_equal(samples[1]['inputs']['text'], np.load(root / FOLDERS['text'] / '11.npy')[0])
    assert samples[0]['data_samples'].prompt.startswith('The instrument that comes in first')
    batch = MODELS.build(dict(type='AVDataPreprocessor'))(pseudo_collate(samples))['inputs']
    assert batch['clip'].tolist() == [0, 0, 1] and batch['patches'].shape == (2, 60, 14, 1024) and batch['text'].shape == (3, 768)
    assert batch['valid'].all()


def test_kinds_of_other_lengths_are_cut_to_the_shortest(root):
    save(root, 'audio', '00000001', np.zeros((58, 128), np.float32))
    one, other = (dataset(root, num_segments=59)[i]['inputs'] for i in (0, 2))
    assert [len(one[kind]) for kind in ('audio', 'visual', 'patches')] == [58] * 3 and len(other['audio']) == 59
    batch = MODELS.build(dict(type='AVDataPreprocessor'))(pseudo_collate([dataset(root)[0], dataset(root)[2]]))['inputs']
    assert batch['valid'].sum(1).tolist() == [58, 60] and batch['patches'][0, 58:].eq(0).all()


@pytest.mark.parametrize('array, message', [
    (np.zeros((60, 14), np.float32), r'00000001\.npy: shape \(60, 14\), expected \(T, M, D\)'),
    (np.full((60, 14, 8), np.nan), 'not finite'), (np.array(['a']), 'not a .npy file of numbers')])
def test_a_bad_file_is_named(root, array, message):
    save(root, 'patches', '00000001', array)
    with pytest.raises(BadMedia, match=message):
        dataset(root, 'test')[0]


def test_a_damaged_file_is_named_and_nothing_is_unpickled(root):
    path = root / FOLDERS['audio'] / '00000001.npy'
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(BadMedia, match='not a whole .npy file'):
        dataset(root, 'test')[0]
    np.save(path, np.array([object()], object), allow_pickle=True)
    with pytest.raises(BadMedia, match='not a whole .npy file'):
        dataset(root, 'test')[0]


def test_missing_features_are_told_before_the_run(root):
    (root / FOLDERS['prompt'] / '12.npy').unlink()
    with pytest.raises(ValueError, match=r'1 of 2 media files.*00000002 \(the first lacks .*qaPrompt_ViT-L14@336px/12.npy\)'):
        dataset(root, 'test')
    shutil.rmtree(root / 'vggish')
    with pytest.raises(FileNotFoundError, match=r'no folder .*vggish of audio features \(config key `features.audio`\)'):
        dataset(root)


def test_a_wrong_kind_is_told(root):
    with pytest.raises(ConfigError, match="MusicAVQA.features='patch'.*did you mean 'patches'"):
        dataset(root, features=dict(patch='x'))
    (root / 'feats').mkdir()
    (root / 'trainSet.txt').write_text('Cat&abcdefghijk&good&0&10\n')
    with pytest.raises(ConfigError, match='AVE.features.text: features of questions, but ave asks none'):
        AVE(str(root), features=dict(text='feats'))


def test_choices_are_four_whatever_the_file_says(tmp_path):
    rows = [dict(id=i, video_name='a_000001', question_text='What?', answer=0, multi_choice=choices)
            for i, choices in enumerate((['a', None, 'c', 'd'], None, ['a', 'b']))]
    (tmp_path / 'val_qa.json').write_text(json.dumps(rows))
    choices = [s['choices'] for s in (AVQA(str(tmp_path), 'val', check_media=False).get_data_info(i) for i in range(3))]
    assert choices == [['a', 'NULL', 'c', 'd'], ['NULL'] * 4, ['a', 'b', 'NULL', 'NULL']]
    sample = AVQA(str(tmp_path), 'val', [dict(type='TokenizeText')], check_media=False)[0]
    assert sample['choice_tokens'].shape[0] == 4
    (tmp_path / 'val_qa.json').write_text(json.dumps([dict(rows[0], multi_choice=list('abcde'))]))
    with pytest.raises(ValueError, match=r'entry 0 \(id 0\): 5 choices'):
        AVQA(str(tmp_path), 'val', check_media=False)


@pytest.mark.parametrize('change, message', [
    (dict(multi_choice='NULL'), "entry 0 .id 0.: question_text is a string and multi_choice a list, got 'What.' and 'NULL'"),
    (dict(question_text=None), 'got None and None'), (dict(id='q7'), "entry 0: id is a whole number, got 'q7'")])
def test_a_malformed_question_is_named(tmp_path, change, message):
    (tmp_path / 'val_qa.json').write_text(json.dumps([dict(id=0, video_name='a_000001', question_text='What?', answer=0) | change]))
    with pytest.raises(ValueError, match=message):
        AVQA(str(tmp_path), 'val', check_media=False)


def test_the_real_row_of_avqa(shared_dir, tmp_path):
    shutil.copyfile(shared_dir / 'data/avqa/train_qa.one_row.json', tmp_path / 'train_qa.json')
    sample = AVQA(str(tmp_path), 'train', check_media=False).get_data_info(0)
    assert sample['choices'][int(sample['answer'])] == 'Yacht consignment' and sample['video_id'] == '-HG3Omg_89c_000030'
    assert torch.tensor(int(sample['answer'])) == 1


def put_passport(root, folder: str, **changes) -> None:
    (root / folder / 'passport.json').write_text(json.dumps(dict(encoder='vggish', weights_sha256='1', step=1.0, hop='second') | changes))


def test_kinds_whose_rows_are_of_other_times_are_not_put_together(root):
    put_passport(root, 'vggish')
    assert dataset(root).feature_passports['music_avqa']['audio']['encoder'] == 'vggish' and dataset(root)[0]['inputs']['audio'].shape == (60, 128)
    put_passport(root, FOLDERS['visual'], encoder='clip')
    assert dataset(root).feature_passports['music_avqa'].keys() == FOLDERS.keys()
    put_passport(root, FOLDERS['visual'], encoder='clip', hop=0.32, step=0.32)
    with pytest.raises(ConfigError, match=r'music_avqa train: .*audio every 1 s \(hop second\), visual every 0.32 s'):
        dataset(root)
    (root / 'vggish/passport.json').write_text('{"encoder"')
    with pytest.raises(ConfigError, match='vggish/passport.json is not JSON'):
        dataset(root)


def test_an_official_download_is_noted_once(root, monkeypatch):
    said = []
    monkeypatch.setattr('avreg.passport.print_log', lambda text, *_: said.append(text))
    put_passport(root, 'vggish')
    for split in ('train', 'test', 'train'):
        dataset(root, split)
    assert len(said) == 4 and all('has no passport' in text or 'have no passport' in text for text in said)
    assert not any('vggish' in text.replace(str(root), '') for text in said)


@pytest.mark.parametrize('kind', [np.uint8, np.float32])
def test_quantised_vggish_features_are_refused(root, kind):
    save(root, 'audio', '00000001', np.random.default_rng(0).integers(0, 256, (60, 128)).astype(kind))
    for split in ('train', 'test'):
        with pytest.raises(ConfigError, match=r"00000001.npy: whole numbers up to 255: .*AudioSet's own"):
            dataset(root, split)[0]
    save(root, 'audio', '00000001', np.zeros((60, 128), np.float32))
    assert dataset(root)[0]['inputs']['audio'].eq(0).all()
