import gzip
import json
import shutil

import pytest

from avreg.datasets import MusicAVQA

from .media import question, write_video


def load(root, rows, split='train', **kwargs):
    (root / f'json_update/avqa-{split}.json').write_text(json.dumps(rows), encoding='utf-8')
    dataset = MusicAVQA(str(root), split, check_media=False, **kwargs)
    return [dataset.get_data_info(i) for i in range(len(dataset))]


def test_question_is_filled_from_left_to_right(music_root):
    sample, = load(music_root, [question('00000001', 4639)])
    assert sample['question'] == 'What is the left instrument of the first sounding instrument?'
    assert sample['question_type'] == ('Audio-Visual', 'Location') and sample['answer'] == 'saxophone'
    assert sample['sample_id'] == 4639 and sample['video_id'] == '00000001' and sample['num_segments'] == 60


def test_official_oddities_are_normalised(music_root, recwarn):
    samples = load(music_root, [
        question('a', 1, 'How many sounding <Object> in the video\uff1f', ('pipa',), 'one'),
        question('a', 2, 'Are there <Object> and <Object> sound? ', ('flute', 'drum'), 'yes'),
        question('a', 3, question_deleted=1)])
    first, second = samples
    assert first['question'] == 'How many sounding pipa in the video?'
    assert second['question'] == 'Are there flute and drum sound?'
    assert not recwarn.list


def test_deleted_questions_go_however_that_is_written(music_root):
    rows = [question('a', i, question_deleted=value) for i, value in enumerate((0, 1, '0', '1'))]
    assert [sample['question_id'] for sample in load(music_root, rows)] == [0, 2]


def test_repeated_ids_stay_apart(music_root):
    with pytest.warns(UserWarning, match='1 question ids occur again'):
        samples = load(music_root, [question('a', 1), question('a', 1, answer='piano')])
    assert [s['sample_id'] for s in samples] == [1, '1#2'] and [s['answer'] for s in samples] == ['saxophone', 'piano']


def test_unknown_template_is_told(music_root):
    with pytest.warns(UserWarning, match='1 questions follow none of the 33 templates'):
        load(music_root, [question('a', 1, 'Who plays?', ())])


@pytest.mark.parametrize('row, message', [
    (question('a', 7, answer='saxofone'), r"'saxofone'.*question_id 7.*'saxophone'"),
    (question('a', 7, values=('left',)), r'question_id 7.*2 slots.*has 1'),
    (question('a', 7, templ_values='left'), r'question_id 7.*templ_values'),
    (question('a', 7, type=3), r'question_id 7.*type'),
    (question('a', 'q7'), r"question_id is a whole number, got 'q7'"),
    (question('a', 7, question_deleted='no'), r"question_id 7.*question_deleted is a whole number, got 'no'"),
    ([], r"entry 0: no field 'question_id'"),
    ({'question_id': 7}, r"question_id 7.*'video_id'")])
def test_malformed_row_is_named(music_root, row, message):
    with pytest.raises(ValueError, match=message):
        load(music_root, [row])


@pytest.mark.parametrize('content', ['{"a": 1}', '[1, 2'])
def test_malformed_file_is_named(music_root, content):
    (music_root / 'json_update/avqa-train.json').write_text(content)
    with pytest.raises(ValueError, match='avqa-train.json'):
        MusicAVQA(str(music_root), 'train')


def test_unknown_release(music_root):
    with pytest.raises(ValueError, match="did you mean 'update'"):
        MusicAVQA(str(music_root), release='updated')


@pytest.mark.parametrize('release, split, file, count',
                         [('update', 'val', 'json_update/avqa-val.json', 4568),
                          ('update', 'test', 'json_update/avqa-test.json', 9129),
                          ('first', 'val', 'json/avqa-val.json', 4595), ('first', 'test', 'json/avqa-test.json', 9185),
                          ('by_video', 'val', 'split_video_id/music_avqa_val.json', 4571),
                          ('by_video', 'test', 'split_video_id/music_avqa_test.json', 9125)])
@pytest.mark.filterwarnings('ignore:music_avqa')
def test_real_file(shared_dir, tmp_path, release, split, file, count):
    source = shared_dir / 'data/music_avqa' / file
    (tmp_path / file).parent.mkdir()
    if source.exists():
        shutil.copyfile(source, tmp_path / file)
    else:
        (tmp_path / file).write_bytes(gzip.decompress(source.with_name(f'{source.name}.gz').read_bytes()))
    dataset = MusicAVQA(str(tmp_path), split, release=release, check_media=False)
    samples = [dataset.get_data_info(i) for i in range(len(dataset))]
    assert len(samples) == count == len({s['sample_id'] for s in samples})
    assert all('<' not in s['question'] and s['question'].endswith('?') for s in samples)
    if release == 'first':
        assert sum(isinstance(s['sample_id'], str) for s in samples) == {'val': 27, 'test': 55}[split]


def test_real_synthetic_training_questions(shared_dir, tmp_path):
    data = gzip.decompress((shared_dir / 'data/music_avqa/json/avqa-train_fake.json.gz').read_bytes())
    (tmp_path / 'fake.json').write_bytes(data)
    with pytest.warns(UserWarning, match='question ids occur again'):
        dataset = MusicAVQA(str(tmp_path), 'train', ann_file='fake.json', check_media=False)
    assert len(dataset) == 6233


def test_a_short_video_is_short(music_root):
    """Questions count no seconds, so a clip of 3 s has 3 segments, not 57 repeated ones."""
    pipeline = [dict(type=name) for name in ('LoadClip', 'LogMel', 'PackAVInputs')]
    sample = MusicAVQA(str(music_root), 'test', pipeline)[0]
    assert len(sample['inputs']['audio']) == len(sample['inputs']['visual']) == sample['data_samples'].num_segments == 3
    cut = MusicAVQA(str(music_root), 'test', [dict(type='LoadClip')], num_segments=2)[0]
    assert len(cut['frames']) == 2 and len(cut['waveform']) == 32000


def test_separate_sound_file(shared_dir, tmp_path):
    """The sound of a real test video (mp3, 60 s) with a made-up picture: its own was never published."""
    (tmp_path / 'json_update').mkdir()
    (tmp_path / 'video').mkdir()
    write_video(tmp_path / 'video/00006835.mp4', seconds=60, fps=1, sound=None)
    shutil.copyfile(shared_dir / 'data/music_avqa/json_update/avqa-test.json', tmp_path / 'json_update/avqa-test.json')
    shutil.copytree(shared_dir / 'data/music_avqa/audio', tmp_path / 'audio')
    rows = json.loads((tmp_path / 'json_update/avqa-test.json').read_text())
    indices = [i for i, row in enumerate(rows) if row['video_id'] == '00006835']
    dataset = MusicAVQA(str(tmp_path), 'test', [dict(type='LoadClip'), dict(type='LogMel')],
                        media_prefix=dict(audio='audio'), indices=indices)
    assert [dataset.get_data_info(i)['sample_id'] for i in range(len(dataset))] == [4639, 12217]
    sample = dataset[0]
    assert sample['audio_path'].endswith('00006835.mp3') and sample['video_path'].endswith('00006835.mp4')
    assert sample['log_mel'].shape == (60, 1, 96, 64) and sample['log_mel'][-1].std() > 0.1
    assert sample['frames'].shape[0] == 60
