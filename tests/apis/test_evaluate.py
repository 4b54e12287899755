"""Official annotations and a submission in, the numbers of the benchmarks' own evaluation code out."""
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

from avreg.apis import evaluate_submission, scorable_benchmarks
from avreg.errors import ConfigError
from avreg.leaderboard import SubmissionError, SubmissionWriter

GOLDEN = ('ave', 'avs_ms3', 'avs_s4', 'avss', 'llp', 'music_avqa', 'unav100', 'vggss')


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # flaws of the official files, which have their own tests
        yield


@pytest.mark.parametrize('benchmark', GOLDEN)
def test_golden_numbers(repo, benchmark):
    folder = repo / 'tests/data/metrics' / benchmark
    result = evaluate_submission(benchmark, folder / 'annotations', folder / 'submission')
    assert result.scores == pytest.approx(json.loads((folder / 'expected.json').read_text()), abs=1e-5)
    assert result.meta['method'] and benchmark in scorable_benchmarks()


@pytest.mark.parametrize('benchmark', GOLDEN)
def test_a_sample_that_comes_twice_counts_twice(repo, benchmark):
    folder = repo / 'tests/data/metrics' / benchmark
    result = evaluate_submission(benchmark, folder / 'annotations', folder / 'submission')
    counts = np.random.default_rng(0).integers(1, 4, (3, len(result.entries)))
    counts[0] = 1
    found = result.metric.resampled_scores(result.entries, counts)
    for resample, of_sample in enumerate(counts):
        repeated = [result.entries[i] for i in np.repeat(np.arange(len(result.entries)), of_sample)]
        assert {key: values[resample] for key, values in found.items()} == pytest.approx(result.metric.compute_metrics(repeated), abs=1e-9)
    assert result.truth_files and len(result.videos) == len(result.entries)


@pytest.mark.parametrize('benchmark, all_in_one', [('avs_s4', 59.815), ('avs_ms3', 63.332)])
def test_the_fscore_without_chunks_stands_beside(repo, benchmark, all_in_one):
    folder = repo / 'tests/data/metrics' / benchmark
    result = evaluate_submission(benchmark, folder / 'annotations', folder / 'submission')
    assert list(result.asides.values()) == [pytest.approx(all_in_one, abs=1e-3)]
    in_fours = evaluate_submission(benchmark, folder / 'annotations', folder / 'submission', metric_options=dict(fscore_batch=4))
    assert in_fours.scores['fscore'] == pytest.approx({'avs_s4': 63.460, 'avs_ms3': 67.638}[benchmark], abs=1e-3)
    assert in_fours.scores['miou'] == pytest.approx(result.scores['miou'], abs=1e-9)


def avqa_case(tmp_path, answers):
    annotations, submission = tmp_path / 'annotations', tmp_path / 'submission'
    annotations.mkdir()
    submission.mkdir()
    truth = [dict(id=7, video_name='a', question_text='?', multi_choice=['x', 'y', 'z', 'w'], answer=1),
             dict(id=8, video_name='a', question_text='?', multi_choice=[None, 'y'], answer='0'),
             dict(id=9, video_name='b', question_text='?', answer=3)]
    (annotations / 'val_qa.json').write_text(json.dumps(truth))
    (submission / 'meta.json').write_text(json.dumps(dict(benchmark='avqa', split='val', method='m')))
    rows = [dict(id=row['id'], answer=answer) for row, answer in zip(truth, answers)]
    (submission / 'predictions.jsonl').write_text(''.join(json.dumps(row) + '\n' for row in rows))
    return annotations, submission


def test_avqa(tmp_path):
    annotations, submission = avqa_case(tmp_path, [1, 0, 2])
    assert evaluate_submission('avqa', annotations, submission, 'val').scores == {'overall': pytest.approx(200 / 3)}


def test_all_mistakes_are_told_at_once(tmp_path):
    annotations, submission = avqa_case(tmp_path, [4, '0'])
    (submission / 'meta.json').write_text(json.dumps(dict(benchmark='avqa', split='train')))
    with pytest.raises(SubmissionError) as caught:
        evaluate_submission('avqa', annotations, submission, 'val')
    told = '\n'.join(caught.value.problems)
    assert caught.value.count == 5
    for part in ("'split' is 'train', but 'val'", "'method' is None", 'predictions.jsonl:1 (id 7): \'answer\' is 4',
                 "predictions.jsonl:2 (id 8): 'answer' is '0'", '1 of the 3 samples of the split have no prediction, the first is id 9'):
        assert part in told


def test_a_mistyped_benchmark_split_or_folder(tmp_path):
    annotations, submission = avqa_case(tmp_path, [1, 0, 2])
    with pytest.raises(ValueError, match="'avqq' is not a benchmark whose .* did you mean 'avqa'"):
        evaluate_submission('avqq', annotations, submission)
    with pytest.raises(ValueError, match="'test' is not a split of avqa; valid: train, val"):
        evaluate_submission('avqa', annotations, submission)
    with pytest.raises(FileNotFoundError, match='there is no folder'):
        evaluate_submission('avqa', tmp_path / 'nowhere', submission, 'val')
    with pytest.raises(FileNotFoundError, match='nowhere is not a folder'):
        evaluate_submission('avqa', annotations, tmp_path / 'nowhere', 'val')


def test_the_command(repo, tmp_path):
    annotations, submission = avqa_case(tmp_path, [1, 0, 2])
    command = [sys.executable, repo / 'tools/evaluate.py', 'avqa', '--annotations', annotations, '--predictions', submission, '--split', 'val',
               '--out', tmp_path / 'metrics.json']
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and '66.67' in done.stdout and 'all 3 samples' in done.stdout, done.stderr
    assert json.loads((tmp_path / 'metrics.json').read_text()) == {'overall': pytest.approx(200 / 3)}
    (tmp_path / 'metrics.json').unlink()
    (submission / 'predictions.jsonl').write_text('{"id": 7, "answer": 1}\n')
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and '2 of the 3 samples' in done.stderr and 'Traceback' not in done.stderr
    assert not (tmp_path / 'metrics.json').exists()


def test_order_of_the_lines_does_not_matter(repo, tmp_path):
    folder = repo / 'tests/data/metrics/unav100'
    lines = (folder / 'submission/predictions.jsonl').read_text().splitlines()
    (tmp_path / 'meta.json').write_text((folder / 'submission/meta.json').read_text())
    shuffled = [lines[i] for i in np.random.default_rng(0).permutation(len(lines))]
    (tmp_path / 'predictions.jsonl').write_text('\n'.join(shuffled))
    scores = [evaluate_submission('unav100', folder / 'annotations', path).scores for path in (folder / 'submission', tmp_path)]
    assert scores[0] == scores[1]


@pytest.fixture
def f_music(tmp_path):
    """Two clips, one of two frames and one of one, predicted perfectly."""
    annotations, submission = tmp_path / 'annotations', tmp_path / 'submission'
    clips = [dict(id='a', split='test', scene='solo', descriptions=['a violin plays', 'a violin rests on the left']),
             dict(id='b/1', split='test', scene='duet', descriptions=['two flutes play']), dict(id='c', split='train', descriptions=['x'])]
    rng = np.random.default_rng(0)
    writer = SubmissionWriter(submission, 'f_music', 'test', dict(method='m'))
    predictions = {}
    for clip in clips[:2]:
        masks = rng.random((len(clip['descriptions']), 6, 8)) < 0.4
        (annotations / 'masks' / clip['id']).mkdir(parents=True)
        for k, mask in enumerate(masks):
            Image.fromarray(np.uint8(255) * mask).save(annotations / 'masks' / clip['id'] / f'{k}.png')
        writer.write_array(clip['id'], masks.astype(np.float32))
        predictions[clip['id']] = {'descriptions': clip['descriptions']}
    (annotations / 'annotations.json').write_text(json.dumps(clips))
    writer.write(predictions)
    return annotations, submission


def test_masks_and_sentences(f_music):
    scores = evaluate_submission('f_music', *f_music, metric_options=dict(skip_meteor=True)).scores
    assert scores == pytest.approx(dict(miou=100, fscore=100, bleu=100, rouge_l=100), abs=1e-3)


def test_sentences_are_resampled_with_their_clips(f_music):
    annotations, submission = f_music
    rows = [json.loads(line) for line in (submission / 'predictions.jsonl').read_text().splitlines()]
    rows[0]['descriptions'][1] = 'a violin plays on the right side of it'
    (submission / 'predictions.jsonl').write_text(''.join(json.dumps(row) + '\n' for row in rows))
    result = evaluate_submission('f_music', annotations, submission, metric_options=dict(skip_meteor=True))
    found = result.metric.resampled_scores(result.entries, np.array([[1, 1], [3, 1]]))
    for resample, entries in enumerate((result.entries, [result.entries[0]] * 3 + [result.entries[1]])):
        assert {key: values[resample] for key, values in found.items()} == pytest.approx(result.metric.compute_metrics(entries))


def test_meteor_is_left_out_on_demand_only(f_music, monkeypatch):
    monkeypatch.setattr('shutil.which', lambda name: None)
    with pytest.raises(ConfigError, match='--skip-meteor'):
        evaluate_submission('f_music', *f_music)


def test_a_sentence_for_each_frame(f_music):
    annotations, submission = f_music
    path = submission / 'predictions.jsonl'
    path.write_text(path.read_text().replace('"a violin plays", ', '').replace('["two flutes play"]', '[3]'))
    with pytest.raises(SubmissionError) as caught:
        evaluate_submission('f_music', annotations, submission, metric_options=dict(skip_meteor=True))
    told = '\n'.join(caught.value.problems)
    assert caught.value.count == 2 and "sample 'a' of f_music: 1 descriptions, but the clip has 2 annotated frames" in told
    assert "predictions.jsonl:2 (id 'b/1'): 'descriptions' holds '3'" in told
