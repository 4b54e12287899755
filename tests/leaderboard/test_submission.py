"""Submission folders: exact round trip, and every kind of bad input named with its place."""
import json
import re

import numpy as np
import pytest

from avreg.leaderboard import (DumpSubmission, SubmissionError, SubmissionWriter, get_row_codec, read_meta, read_predictions,
                               with_submission_dump)

ROWS = {
    'ave': {'id': 'a', 'segments': ['Bark'] * 10},
    'llp': {'id': 'a_0_10', 'audio': [['Dog', 0, 3]], 'visual': []},
    'music_avqa': {'id': 7, 'answer': 'two'},
}


def random_predictions(benchmark: str, rng: np.random.Generator) -> dict:
    if benchmark == 'ave':
        return {f'id{i}': {'segments': rng.integers(0, 29, 10)} for i in range(20)}
    if benchmark == 'llp':
        densities = rng.random(20)
        return {f'id{i}': {name: rng.random((10, 25)) < density for name in ('audio', 'visual')}
                for i, density in enumerate(densities)}
    return {int(i): {'answer': rng.integers(0, 42)} for i in rng.permutation(20)}


def folder_with(tmp_path, benchmark: str, *lines: str):
    """A submission whose lines are ``lines``."""
    (tmp_path / 'meta.json').write_text(json.dumps(dict(benchmark=benchmark, split='test', method='m')))
    (tmp_path / 'predictions.jsonl').write_text(''.join(f'{line}\n' for line in lines))
    return tmp_path


@pytest.mark.parametrize('benchmark', ROWS)
def test_round_trip(tmp_path, benchmark):
    predictions = random_predictions(benchmark, np.random.default_rng(0))
    writer = SubmissionWriter(tmp_path / 'new', benchmark, 'val', dict(method='m', paper='p'))
    folder = writer.write(predictions)
    assert read_meta(folder, benchmark) == dict(benchmark=benchmark, split='val', method='m', paper='p')
    back = read_predictions(folder, benchmark, ids=list(predictions))
    assert list(back) == sorted(predictions)
    for sample_id, arrays in predictions.items():
        for name, array in arrays.items():
            assert np.array_equal(back[sample_id][name], array)
    assert sorted(file.name for file in folder.iterdir()) == ['meta.json', 'predictions.jsonl']


def test_rows_are_what_the_format_says():
    audio = np.zeros((10, 25), bool)
    audio[[0, 1, 9], 3] = True
    audio[:, 0] = True
    row = get_row_codec('llp').encode({'audio': audio, 'visual': np.zeros((10, 25), bool)})
    assert row == {'audio': [['Speech', 0, 10], ['Dog', 0, 2], ['Dog', 9, 10]], 'visual': []}
    assert get_row_codec('ave').encode({'segments': np.array([28, 2])}) == {'segments': ['background', 'Bark']}
    assert get_row_codec('music_avqa').encode({'answer': np.array(20)}) == {'answer': 'more than ten'}


def test_events_may_touch_overlap_and_be_empty():
    row = {'audio': [['Dog', 0, 2], ['Dog', 1, 4], ['Dog', 4, 5], ['Cat', 3, 3]], 'visual': []}
    audio = get_row_codec('llp').decode(row, 'here')['audio']
    assert np.flatnonzero(audio[:, 3]).tolist() == [0, 1, 2, 3, 4]
    assert audio.sum() == 5


@pytest.mark.parametrize('benchmark, change, message', [
    ('ave', {'segments': ['Bark'] * 9}, "'segments' has 9 entries, 10 are needed"),
    ('ave', {'segments': ['Bark'] * 9 + ['Barks']}, "'Barks' is not a label of ave .* did you mean 'Bark'"),
    ('ave', {'segments': None}, "'segments' is None, a list is needed"),
    ('ave', {'segments': [['Bark']] * 10}, 'a label is a string'),
    ('ave', {'id': 3}, 'the id is 3, it must be of type str'),
    ('llp', {'audio': [['Dog', 3, 2]]}, 'whole seconds 0 <= onset <= offset <= 10'),
    ('llp', {'audio': [['Dog', 0, 11]]}, 'whole seconds'),
    ('llp', {'audio': [['Dog', -1, 2]]}, 'whole seconds'),
    ('llp', {'audio': [['Dog', 0.5, 2]]}, 'whole seconds'),
    ('llp', {'audio': [['Dog', False, 2]]}, 'whole seconds'),
    ('llp', {'visual': [['Dgo', 0, 2]]}, "'Dgo' is not a label of llp at .*visual; did you mean 'Dog'"),
    ('llp', {'visual': [['Dog', 0]]}, r"\['Dog', 0\] is not \[label, onset, offset\]"),
    ('llp', {'visual': {}}, "'visual' is {}, a list is needed"),
    ('music_avqa', {'answer': 'eleven'}, "'eleven' is not a label of music_avqa .*did you mean 'seven'"),
    ('music_avqa', {'answer': 2}, 'a label is a string'),
    ('music_avqa', {'id': '7'}, "the id is '7', it must be of type int"),
    ('music_avqa', {'id': True}, 'the id is True'),
])
def test_bad_rows(tmp_path, benchmark, change, message):
    good, bad = ROWS[benchmark], {**ROWS[benchmark], 'id': 8 if benchmark == 'music_avqa' else 'b', **change}
    folder = folder_with(tmp_path, benchmark, json.dumps(good), '', json.dumps(bad))
    with pytest.raises(ValueError, match=message) as caught:
        read_predictions(folder, benchmark)
    assert f'{folder}/predictions.jsonl:3' in str(caught.value)
    if 'id' not in change:
        assert f"(id {bad['id']!r})" in str(caught.value)


@pytest.mark.parametrize('line, message', [
    ('{"id": 8, "answer": "two"', 'not a line of JSON'),
    ('{"id": 8, "answer": NaN}', 'NaN is not a number of JSON'),
    ('[8, "two"]', 'a JSON object is needed, this is list'),
    ('[' * 100_000, 'not a line of JSON'),
    ('{"answer": "two"}', 'the id is None'),
    ('{"id": 8}', 'None is not a label of music_avqa'),
])
def test_bad_lines(tmp_path, line, message):
    folder = folder_with(tmp_path, 'music_avqa', json.dumps(ROWS['music_avqa']), line)
    with pytest.raises(ValueError, match=rf'predictions\.jsonl:2.*{message}'):
        read_predictions(folder, 'music_avqa')


def test_bytes_that_are_no_text(tmp_path):
    folder = folder_with(tmp_path, 'music_avqa')
    (folder / 'predictions.jsonl').write_bytes(b'{"id": 7, "answer": "tw\xff"}\n')
    with pytest.raises(ValueError, match=r'predictions\.jsonl:1.*not a line of JSON'):
        read_predictions(folder, 'music_avqa')


def test_ids_of_the_split(tmp_path):
    lines = [json.dumps({'id': i, 'answer': 'two'}) for i in (1, 2)]
    folder = folder_with(tmp_path, 'music_avqa', *lines)
    assert list(read_predictions(folder, 'music_avqa', ids=[2, 1])) == [1, 2]
    with pytest.raises(ValueError, match='1 of the 3 samples of the split have no prediction, the first is id 3'):
        read_predictions(folder, 'music_avqa', ids=[1, 2, 3])
    with pytest.raises(ValueError, match=r'predictions.jsonl:2 \(id 2\): no such id in the split'):
        read_predictions(folder, 'music_avqa', ids=[1])
    folder = folder_with(tmp_path, 'music_avqa', *lines, lines[0])
    with pytest.raises(ValueError, match=r'predictions.jsonl:3 \(id 1\): this id is already on line 1'):
        read_predictions(folder, 'music_avqa')


@pytest.mark.parametrize('meta, message', [
    (dict(benchmark='llp', split='test', method='m'), "'benchmark' is 'llp'"),
    (dict(benchmark='ave', split='tset', method='m'), "'tset' is not a split of ave"),
    (dict(benchmark='ave', split='test'), "'method' is None"),
])
def test_bad_meta(tmp_path, meta, message):
    folder = folder_with(tmp_path, 'ave', json.dumps(ROWS['ave']))
    (folder / 'meta.json').write_text(json.dumps(meta))
    with pytest.raises(ValueError, match=f'meta.json: {message}'):
        read_predictions(folder, 'ave')


@pytest.mark.parametrize('name', ['meta.json', 'predictions.jsonl'])
def test_missing_files(tmp_path, name):
    folder = folder_with(tmp_path, 'ave', json.dumps(ROWS['ave']))
    (folder / name).unlink()
    with pytest.raises(SubmissionError, match=f'{re.escape(name)} is missing'):
        read_predictions(folder, 'ave')


def test_writing_with_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="needs the method's name"):
        SubmissionWriter(tmp_path, 'ave', 'test', {})
    with pytest.raises(ValueError, match="must not hold \\['split'\\]"):
        SubmissionWriter(tmp_path, 'ave', 'test', dict(method='m', split='val'))
    with pytest.raises(ValueError, match="'tset' is not a split of ave"):
        SubmissionWriter(tmp_path, 'ave', 'tset', dict(method='m'))
    with pytest.raises(ValueError, match="the id is '7', it must be of type int"):
        SubmissionWriter(tmp_path, 'music_avqa', 'test', dict(method='m')).write({'7': {'answer': np.array(0)}})
    assert not list(tmp_path.iterdir())


def test_a_writer_that_was_interrupted_leaves_no_whole_submission(tmp_path, monkeypatch):
    SubmissionWriter(tmp_path, 'music_avqa', 'test', dict(method='old')).write({1: {'answer': np.array(0)}})

    def killed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr('os.replace', killed)
    with pytest.raises(KeyboardInterrupt):
        SubmissionWriter(tmp_path, 'music_avqa', 'test', dict(method='new')).write({1: {'answer': np.array(1)}})
    with pytest.raises(SubmissionError, match='meta.json is missing'):
        read_predictions(tmp_path, 'music_avqa')


def test_dump_config_leaves_the_given_one_alone(tmp_path):
    metrics = dict(ave=dict(type='AVEAccuracy'), llp=[dict(type='LLPFScores')])
    config = dict(type='BenchmarkEvaluator', metrics=metrics)
    dumping = with_submission_dump(config, tmp_path, dict(method='m'))
    assert metrics == dict(ave=dict(type='AVEAccuracy'), llp=[dict(type='LLPFScores')])
    assert [len(listed) for listed in dumping['metrics'].values()] == [2, 2]
    with pytest.raises(ValueError, match='BenchmarkEvaluator'):
        with_submission_dump([dict(type='AVEAccuracy')], tmp_path, dict(method='m'))


def test_dump_of_a_video_with_two_rows(tmp_path):
    # The official id has one line, whatever the number of samples.
    dump = DumpSubmission('ave', tmp_path, dict(method='m'))
    meta = dict(split='val', benchmark='ave')
    dump.process(None, [
        dict(sample_id='v', video_id='v', pred_segments=np.arange(10), **meta),
        dict(sample_id='v#2', video_id='v', pred_segments=np.arange(10), **meta),
        dict(sample_id='w', video_id='w', pred_segments=np.full(10, 28), **meta),
    ])
    assert dump.evaluate(3) == {}
    predictions = read_predictions(tmp_path / 'ave', 'ave', ids=['v', 'w'])
    assert predictions['v']['segments'].tolist() == list(range(10))
    assert read_meta(tmp_path / 'ave', 'ave')['split'] == 'val'


def test_dump_of_samples_without_split(tmp_path):
    with pytest.raises(ValueError, match="sample 'v' of ave has no 'split'"):
        DumpSubmission('ave', tmp_path, dict(method='m')).process(
            None, [dict(sample_id='v', video_id='v', pred_segments=np.arange(10))])
