"""Submissions to benchmarks with pixels: arrays/<id>.npz."""
import json

import numpy as np
import pytest

from avreg.leaderboard import DumpSubmission, SubmissionWriter, read_array, read_meta, read_predictions

RNG = np.random.default_rng(0)
ARRAYS = {
    'vggss': ('heatmap', RNG.normal(size=(7, 7)).astype(np.float32)),
    'avs_s4': ('prob', RNG.random((5, 8, 8)).astype(np.float32)),
    'avs_ms3': ('prob', RNG.random((5, 8, 8)).astype(np.float32)),
    'avss': ('labels', RNG.integers(0, 71, (10, 8, 8)).astype(np.uint8)),
}


@pytest.mark.parametrize('benchmark', ARRAYS)
def test_round_trip_through_the_dump(tmp_path, benchmark):
    name, array = ARRAYS[benchmark]
    dump = DumpSubmission(benchmark, tmp_path, dict(method='m'))
    ids = ['dog/b_1', 'dog/a_1'] if benchmark == 'avs_s4' else ['b_1', 'a_1']
    for i, sample_id in enumerate(ids):
        value = array[..., ::-1] if i else array
        dump.process(None, [dict(sample_id=sample_id, split='test', benchmark=benchmark, **{f'pred_{name}': value})])
    assert not (tmp_path / benchmark / 'meta.json').exists(), 'not a submission before it is whole'
    assert dump.evaluate(2) == {}
    folder = tmp_path / benchmark
    assert read_meta(folder, benchmark)['split'] == 'test'
    assert list(read_predictions(folder, benchmark, ids=ids)) == sorted(ids)
    np.testing.assert_array_equal(read_array(folder, benchmark, ids[0]), array)
    np.testing.assert_array_equal(read_array(folder, benchmark, ids[1]), array[..., ::-1])
    assert [json.loads(line) for line in (folder / 'predictions.jsonl').read_text().splitlines()] == [{'id': i} for i in sorted(ids)]
    assert sorted(str(p.relative_to(folder / 'arrays').with_suffix('')) for p in folder.glob('arrays/**/*.npz')) == sorted(ids)


def test_rows_without_their_array_are_not_written(tmp_path):
    writer = SubmissionWriter(tmp_path, 'vggss', 'test', dict(method='m'))
    writer.write_array('a', np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r'arrays/b\.npz is missing'):
        writer.write({'a': {}, 'b': {}})
    assert not (tmp_path / 'meta.json').exists()
    with pytest.raises(ValueError, match='submissions to ave hold no arrays'):
        SubmissionWriter(tmp_path, 'ave', 'test', dict(method='m')).write_array('a', np.zeros(3))


@pytest.mark.parametrize('benchmark, array, message', [
    ('vggss', np.zeros((2, 2, 2)), r"'heatmap' is float64\[2, 2, 2\]; 2 dimensions of floating point"),
    ('vggss', np.array([[np.nan]]), "'heatmap' holds NaN"),
    ('avs_s4', np.full((5, 2, 2), 1.5), "'prob' goes from 1.5 to 1.5, 0..1 is needed"),
    ('avs_ms3', np.full((5, 2, 2), np.nan), "'prob' goes from nan"),
    ('avs_ms3', np.zeros((0, 2, 2)), '3 dimensions'),
    ('avss', np.full((10, 2, 2), 71, np.uint8), "'labels' holds 71, the classes are 0 to 70"),
    ('avss', np.zeros((10, 2, 2)), '3 dimensions of whole numbers'),
])
def test_arrays_of_no_use(tmp_path, benchmark, array, message):
    with pytest.raises(ValueError, match=message):
        SubmissionWriter(tmp_path, benchmark, 'test', dict(method='m')).write_array('a', array)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('sample_id', ['../a', '/a', 'b/../../a', '', 'a\\..\\b', 'a\0'])
def test_ids_that_lead_out_of_the_folder(tmp_path, sample_id):
    with pytest.raises(ValueError, match='leads out of'):
        SubmissionWriter(tmp_path, 'vggss', 'test', dict(method='m')).write_array(sample_id, np.zeros((2, 2)))
    with pytest.raises(ValueError, match='leads out of'):
        read_array(tmp_path, 'vggss', sample_id)


def test_files_that_are_no_arrays(tmp_path):
    folder = tmp_path / 'arrays'
    folder.mkdir()
    with pytest.raises(FileNotFoundError, match=r"a\.npz is missing, the array of id 'a'"):
        read_array(tmp_path, 'vggss', 'a')
    (folder / 'a.npz').write_bytes(b'no zip')
    with pytest.raises(ValueError, match=r"a\.npz: not an npz file of plain numbers"):
        read_array(tmp_path, 'vggss', 'a')
    np.savez(folder / 'a.npz', heatmap=np.array([[object()]], object))
    with pytest.raises(ValueError, match='not an npz file of plain numbers'):
        read_array(tmp_path, 'vggss', 'a')
    np.savez(folder / 'a.npz', map=np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"no array 'heatmap', it holds \['map'\]"):
        read_array(tmp_path, 'vggss', 'a')
