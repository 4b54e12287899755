"""BenchmarkEvaluator and its metrics in one process."""
import json

import numpy as np
import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch.utils.data import Dataset

from avreg.evaluation import AVEAccuracy, AVMetric, BenchmarkEvaluator, Entry, LLPFScores, MusicAVQAAccuracy
from avreg.registry import EVALUATOR

from .samples import ave_sample, llp_sample, music_avqa_sample, random_samples

ALL = dict(ave=dict(type='AVEAccuracy'), llp=dict(type='LLPFScores'), music_avqa=dict(type='MusicAVQAAccuracy'))


def of(benchmark: str, number: int = 12):
    return [sample for sample in random_samples(number=number) if sample.benchmark == benchmark]


def test_keys_values_and_score():
    samples = random_samples()
    results = EVALUATOR.build(dict(type='BenchmarkEvaluator', metrics=ALL)).offline_evaluate(samples)
    assert len(results) == 1 + 10 + 13 + 1
    right = [(sample.pred_segments == sample.gt_segments).double().mean() for sample in of('ave')]
    assert results['ave/accuracy'] == pytest.approx(100 * float(torch.stack(right).mean()))
    right = [sample.pred_answer == sample.gt_answer for sample in of('music_avqa')]
    assert results['music_avqa/overall'] == pytest.approx(100 * float(torch.stack(right).double().mean()))
    mains = [results['ave/accuracy'], results['llp/segment/type'], results['music_avqa/overall']]
    assert results['score'] == pytest.approx(sum(mains) / 3)
    assert all(type(value) is float for value in results.values())


def test_order_batches_and_repeated_samples_change_nothing():
    samples = random_samples()
    expected = BenchmarkEvaluator(ALL).offline_evaluate(samples)
    evaluator = BenchmarkEvaluator(ALL)
    shuffled = [samples[i] for i in np.random.default_rng(0).permutation(len(samples))]
    for start in range(0, len(shuffled), 5):
        evaluator.process(shuffled[start:start + 5])
    evaluator.process(samples[:7])
    assert evaluator.evaluate(len(samples)) == expected


def test_an_evaluation_leaves_nothing_for_the_next():
    evaluator = BenchmarkEvaluator(ALL)
    first = evaluator.offline_evaluate(random_samples(0))
    second = evaluator.offline_evaluate(random_samples(1))
    assert second == BenchmarkEvaluator(ALL).offline_evaluate(random_samples(1))
    assert second != first


def test_one_official_id_with_two_rows():
    # Val of AVE: one video, two rows; the dataset makes the sample ids differ.
    truth = np.full(10, 28)
    samples = [ave_sample('v', truth, truth), ave_sample('v#2', truth, np.full(10, 3), video_id='v')]
    assert BenchmarkEvaluator(dict(ave=AVEAccuracy())).offline_evaluate(samples)['ave/accuracy'] == 50.0


def test_two_samples_under_one_id():
    truth = np.full(10, 28)
    with pytest.raises(ValueError, match="have the id 'v' and different annotations"):
        BenchmarkEvaluator(dict(ave=AVEAccuracy())).offline_evaluate(
            [ave_sample('v', truth, truth), ave_sample('v', truth, np.full(10, 3))])


def test_a_part_is_not_scored_as_the_whole():
    evaluator = BenchmarkEvaluator(dict(ave=AVEAccuracy()))
    evaluator.process(of('ave'))
    with pytest.raises(ValueError, match='12 different samples of ave were evaluated, but the split has 13'):
        evaluator.evaluate(13)
    metric = AVEAccuracy()
    metric.process(None, [of('ave')[0].to_dict()])
    with pytest.raises(ValueError, match='1 different samples of ave'):
        metric.evaluate(2)


def test_a_benchmark_without_samples():
    with pytest.raises(ValueError, match=r"no sample of 'llp', 'music_avqa' was evaluated, only of \['ave'\]"):
        BenchmarkEvaluator(ALL).offline_evaluate(of('ave'))


def test_a_sample_without_a_metric():
    evaluator = BenchmarkEvaluator(dict(ave=AVEAccuracy(), llp=LLPFScores()))
    with pytest.raises(ValueError, match="sample 100 is of benchmark 'music_avqa', for which the evaluator has no"):
        evaluator.process(of('music_avqa'))


@pytest.mark.parametrize('metrics, message', [
    ({}, 'needs metrics=dict'),
    ([dict(type='AVEAccuracy')], 'needs metrics=dict'),
    (dict(aev=dict(type='AVEAccuracy')), "'aev' is not a benchmark; did you mean 'ave'"),
    (dict(ave=[]), "no metric for 'ave'"),
    (dict(ave=LLPFScores()), "made for 'llp'"),
    (dict(ave=dict(type='DumpResults', out_file_path='x.pkl')), 'DumpResults'),
])
def test_wrong_metrics(metrics, message):
    with pytest.raises(ValueError, match=message):
        BenchmarkEvaluator(metrics)


def test_a_metric_of_ones_own():
    class Seconds(AVMetric):
        def to_entry(self, sample):
            return Entry(self.sample_id(sample), prediction={}, truth={'seconds': len(sample['gt_segments'])})

        def compute_metrics(self, results):
            return {'seconds': float(sum(entry.truth['seconds'] for entry in results))}

    results = BenchmarkEvaluator(dict(ave=[AVEAccuracy(), Seconds('ave')])).offline_evaluate(of('ave'))
    assert results['ave/seconds'] == 120.0
    assert results['score'] == results['ave/accuracy']
    with pytest.raises(ValueError, match="no metric reports 'ave/accuracy'"):
        BenchmarkEvaluator(dict(ave=Seconds('ave'))).offline_evaluate(of('ave'))
    with pytest.raises(ValueError, match='Seconds does not know its benchmark'):
        Seconds()


def test_fields_that_are_missing_or_wrong():
    sample = of('ave')[0]
    del sample.gt_segments
    with pytest.raises(ValueError, match="sample 'video00' of ave has no 'gt_segments'.*built for training"):
        AVEAccuracy().process(None, [sample.to_dict()])
    with pytest.raises(ValueError, match=r"pred_segments of sample 'v' of ave has shape \[9\], wanted \[10\]"):
        AVEAccuracy().process(None, [ave_sample('v', np.zeros(9, int), np.zeros(10, int)).to_dict()])
    halves, zeros = np.full((10, 25), 0.5, np.float32), np.zeros((10, 25), bool)
    with pytest.raises(ValueError, match='pred_audio of sample .* holds values other than 0 and 1 .from 0.5 to 0.5'):
        LLPFScores().process(None, [llp_sample('c', halves, zeros, zeros, zeros).to_dict()])
    question = music_avqa_sample(1, 0, 0, ('Audio', 'Counting')).to_dict()
    del question['question_type']
    with pytest.raises(ValueError, match='sample 1 of music_avqa has no question_type'):
        MusicAVQAAccuracy().process(None, [question])


class Samples(Dataset):
    metainfo = {}

    def __len__(self):
        return 36

    def __getitem__(self, index):
        return dict(index=index)


class Oracle(BaseModel):
    """Gives samples by index; its one weight is there to be trained and saved."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.samples = random_samples()

    def forward(self, index, mode):
        return dict(loss=self.weight.sum()) if mode == 'loss' else [self.samples[i] for i in index]


def test_under_the_runner(tmp_path):
    loader = dict(batch_size=8, num_workers=0, dataset=Samples(), sampler=dict(type='DefaultSampler', shuffle=False),
                  collate_fn=dict(type='default_collate'))
    evaluator = dict(type='BenchmarkEvaluator', metrics=ALL)
    runner = Runner(
        Oracle(), str(tmp_path), train_dataloader=loader, val_dataloader=loader, test_dataloader=loader,
        train_cfg=dict(by_epoch=False, max_iters=1, val_interval=1), val_cfg={}, test_cfg={},
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=1.0)), val_evaluator=evaluator, test_evaluator=dict(evaluator),
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', by_epoch=False, save_best='score', rule='greater')),
        default_scope='avreg', experiment_name='under_the_runner')
    runner.train()
    expected = BenchmarkEvaluator(ALL).offline_evaluate(random_samples())
    assert runner.test() == expected
    assert (tmp_path / 'best_score_iter_1.pth').is_file()
    assert runner.message_hub.get_info('best_score') == expected['score']
    log = next(tmp_path.glob('*/vis_data/scalars.json')).read_text()
    logged = [line for line in map(json.loads, log.splitlines()) if 'llp/segment/type' in line]
    assert logged[0]['llp/segment/type'] == pytest.approx(expected['llp/segment/type'], abs=1e-3)


def sentence_sample(i: int, said: str) -> dict:
    true = ['A drum in the middle plays.', 'No instrument is heard.']
    return dict(benchmark='f_music', sample_id=f'{i}', descriptions=true, pred_descriptions=[said, true[1]])


def test_sentences_alone_have_a_main_metric_of_their_own():
    metric = dict(type='MasksAndSentences', skip_meteor=True, masks=False)
    evaluator = BenchmarkEvaluator(dict(f_music=metric), main_metrics=dict(f_music='rouge_l'))
    evaluator.process([sentence_sample(0, 'a drum in the middle plays'), sentence_sample(1, 'nothing of this')])
    scores = evaluator.evaluate(2)
    assert set(scores) == {'f_music/bleu', 'f_music/rouge_l', 'score'} and scores['score'] == scores['f_music/rouge_l']
    assert 50 < scores['f_music/rouge_l'] < 80 and not evaluator.baselines
    with pytest.raises(ValueError, match="main_metrics names 'f_musik'.*did you mean 'f_music'"):
        BenchmarkEvaluator(dict(f_music=metric), main_metrics=dict(f_musik='rouge_l'))
