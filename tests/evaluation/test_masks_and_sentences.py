"""MasksAndSentences in training and testing, and through a submission: the same numbers."""
import json

import numpy as np
import pytest
import torch
from PIL import Image

from avreg.apis import evaluate_submission
from avreg.apis.baselines import write_baseline
from avreg.errors import ConfigError
from avreg.evaluation import BenchmarkEvaluator, MasksAndSentences
from avreg.leaderboard import with_submission_dump
from avreg.registry import DATASETS, EVALUATOR

SENTENCES = ['A violin on the left plays.', 'No instrument is heard.', 'A drum on the right falls silent.']


@pytest.fixture
def root(tmp_path):
    """The annotations and masks of four clips."""
    rng, rows = np.random.default_rng(0), []
    for number, (split, frames) in enumerate((('train', 2), ('test', 3), ('test', 1), ('test', 2))):
        rows.append(dict(id=f'c{number}', split=split, scene='x', descriptions=[SENTENCES[(number + k) % 3] for k in range(frames)]))
        (tmp_path / f'data/masks/c{number}').mkdir(parents=True)
        for k in range(frames):
            mask = np.uint8(255) * (rng.random((6, 8)) < 0.4) * (k != 1)
            Image.fromarray(mask).save(tmp_path / f'data/masks/c{number}/{k}.png')
    (tmp_path / 'data/annotations.json').write_text(json.dumps(rows))
    return tmp_path / 'data'


def predicted(root) -> list:
    """The test samples with predictions, as a head gives them."""
    data = DATASETS.build(dict(type='FMusic', data_root=str(root), split='test', check_media=False,
                               pipeline=[dict(type='LoadMasks'), dict(type='PackAVInputs')]))
    samples, g = [data[i]['data_samples'] for i in range(len(data))], torch.Generator().manual_seed(0)
    for sample in samples:
        sample.pred_prob = (0.7 * sample.gt_masks + 0.3 * torch.rand(sample.gt_masks.shape, generator=g)).half().float()
        sample.pred_descriptions = [text.lower().strip('.').replace('left', 'right') for text in sample.descriptions]
    return samples


def test_a_submission_scores_as_the_test_did(root, tmp_path):
    config = dict(type=BenchmarkEvaluator, metrics=dict(f_music=dict(type=MasksAndSentences, skip_meteor=True)))
    evaluator = EVALUATOR.build(with_submission_dump(config, tmp_path / 'out', dict(method='m')))
    samples = predicted(root)
    evaluator.process(samples[:2])
    evaluator.process(samples[2:])
    numbers = evaluator.evaluate(3)
    assert numbers['score'] == numbers['f_music/miou'] and set(evaluator.baselines) == {'whole image', 'centre box', 'all background'}
    assert 50 < numbers['f_music/bleu'] < 100 and 80 < numbers['f_music/rouge_l'] < 100
    scores = evaluate_submission('f_music', root, tmp_path / 'out/f_music', metric_options=dict(skip_meteor=True)).scores
    assert {f'f_music/{key}': value for key, value in scores.items()} == {key: numbers[key] for key in numbers if key != 'score'}


def test_a_constant_sentence_is_a_baseline(root, tmp_path):
    write_baseline('f_music', 'silence', root, tmp_path / 'silence')
    scores = evaluate_submission('f_music', root, tmp_path / 'silence', metric_options=dict(skip_meteor=True)).scores
    # A third of the frames is empty, and the sentence of a third is the constant one.
    assert scores['miou'] == pytest.approx(100 * (1 / 3 + 0 + 1 / 2) / 3, abs=1e-3) and 30 < scores['rouge_l'] < 60


def test_meteor_that_cannot_be_computed_is_an_error_before_the_training(monkeypatch):
    monkeypatch.setattr('shutil.which', lambda name: None)
    with pytest.raises(ConfigError, match=r'METEOR needs Java .*skip_meteor=True'):
        BenchmarkEvaluator(dict(f_music=dict(type='MasksAndSentences')))
    assert MasksAndSentences('f_music', skip_meteor=True).skip_meteor
