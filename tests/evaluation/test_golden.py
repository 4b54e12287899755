"""Official annotations and a submission in, the numbers of the benchmarks' own evaluation code out."""
import json
import warnings

import pytest
import torch

from avreg.datasets import AVE, LLP, MusicAVQA
from avreg.datasets.transforms import PackAVInputs
from avreg.evaluation import AVEAccuracy, BenchmarkEvaluator, LLPFScores, MusicAVQAAccuracy
from avreg.leaderboard import get_row_codec, read_predictions

DATASETS = {'ave': (AVE, {}), 'llp': (LLP, {}), 'music_avqa': (MusicAVQA, dict(ann_file='music_avqa_test.json'))}
METRICS = {'ave': AVEAccuracy, 'llp': LLPFScores, 'music_avqa': MusicAVQAAccuracy}


@pytest.mark.parametrize('benchmark', DATASETS)
def test_golden_numbers(repo, benchmark):
    folder = repo / 'tests/data/metrics' / benchmark
    dataset_class, options = DATASETS[benchmark]
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # flaws of the official files, which have their own tests
        dataset = dataset_class(folder / 'annotations', 'test', [PackAVInputs()], check_media=False, **options)
    samples = [dataset[i]['data_samples'] for i in range(len(dataset))]
    codec = get_row_codec(benchmark)
    official_ids = [sample.get(codec.id_field) for sample in samples]
    predictions = read_predictions(folder / 'submission', benchmark, ids=official_ids)
    for official_id, sample in zip(official_ids, samples):
        for name, field in codec.fields.items():
            setattr(sample, field, torch.from_numpy(predictions[official_id][name]))
    evaluator = BenchmarkEvaluator({benchmark: METRICS[benchmark]()})
    scores = evaluator.offline_evaluate(samples)
    del scores['score']
    expected = json.loads((folder / 'expected.json').read_text())
    assert scores == pytest.approx({f'{benchmark}/{key}': value for key, value in expected.items()}, abs=1e-9)
