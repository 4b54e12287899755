"""Real videos with their official labels, from the file to a score: loading or extraction of features, dataset, a training step, prediction,
submission."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from avreg.apis import EncoderOptions, build_feature_encoder, extract_features, find_videos
from avreg.benchmarks import get_card
from avreg.config import load_config
from avreg.datasets import collate_clips
from avreg.datasets.feature_layouts import get_layout
from avreg.leaderboard import DumpSubmission, read_predictions
from avreg.registry import DATASETS, METRICS, MODELS
from tests.conftest import REPO
from tests.models import tiny_clip
from tests.tree.test_configs import with_small_weights

EMBEDDED = 'configs/avunified/{}.py'
PAPER = 'configs/avunified/avunified_clip_vit_l14_vggish_pvtv2_b5_all_tasks.py'
# Benchmark -> folders and files of a download, split and positions of the rows whose videos are there.
DOWNLOADS = {
    'ave': (('AVE', 'Annotations.txt', 'trainSet.txt', 'valSet.txt', 'testSet.txt'), ('test', [133, 19]), ('test', [133, 19])),
    'llp': (('LLP_dataset', 'AVVP_train.csv', 'AVVP_val_pd.csv', 'AVVP_test_pd.csv', 'AVVP_eval_audio.csv', 'AVVP_eval_visual.csv'),
            ('train', [0]), ('test', [99])),
}
# Of the features that the small encoders give.
WIDTHS = dict(audio=128, visual=tiny_clip.PROJECTED)
METRIC = dict(ave='AVEAccuracy', llp='LLPFScores')


@pytest.fixture(scope='module')
def encoders(tmp_path_factory):
    """The sound of the embedded model's encoder, pictures of a tiny CLIP."""
    folder = tmp_path_factory.mktemp('weights') / 'tiny'
    tiny_clip.make_clip(folder)
    return dict(audio=build_feature_encoder(EncoderOptions(str(REPO / EMBEDDED.format('ave')), random_weights=True, backbone='audio')),
                visual=build_feature_encoder(EncoderOptions('clip', str(folder))))


def linked(shared_dir: Path, benchmark: str, folder: Path) -> Path:
    """A data root as a user has it, made of links to the official files."""
    source, root = shared_dir / 'data' / benchmark, folder / benchmark
    if not source.is_dir():
        pytest.skip(f'{source} is not here')
    root.mkdir()
    for name in DOWNLOADS[benchmark][0]:
        (root / name).symlink_to(source / name)
    return root


def datasets(cfg, benchmark: str, root: Path):
    """The rows whose videos are there, with the training and with the test pipeline of the config."""
    (train_split, train_rows), (test_split, test_rows) = DOWNLOADS[benchmark][1:]
    configs = {}
    for name in ('train', 'test'):
        of_loader = cfg[f'{name}_dataloader'].dataset.datasets
        configs[name] = next(dict(dataset) for dataset in of_loader if dataset['type'].benchmark == benchmark)
    return (DATASETS.build(dict(configs['train'], data_root=str(root), split=train_split, indices=train_rows)),
            DATASETS.build(dict(configs['test'], data_root=str(root), split=test_split, indices=test_rows)))


def seconds_of(array: np.ndarray, index: int) -> list[int]:
    return np.flatnonzero(np.asarray(array)[:, index]).tolist()


# Of the official files of LLP, which have known flaws.
@pytest.mark.filterwarnings('ignore:llp. AVVP_eval:UserWarning')
@pytest.mark.parametrize('scale, benchmark', [('embedded', 'ave'), ('embedded', 'llp'), ('paper', 'ave')])
def test_a_real_video_goes_all_the_way(repo, shared_dir, tmp_path, monkeypatch, scale, benchmark):
    monkeypatch.chdir(tmp_path)  # the cache
    root = linked(shared_dir, benchmark, tmp_path)
    cfg = load_config(repo / (EMBEDDED.format(benchmark) if scale == 'embedded' else PAPER))
    if scale == 'paper':
        with_small_weights(cfg, tmp_path / 'clip')
        for dataset in (*cfg.train_dataloader.dataset.datasets, *cfg.test_dataloader.dataset.datasets):
            for step in dataset.pipeline:
                if 'tokenizer' in step:
                    step.tokenizer = str(tmp_path / 'clip')
                elif step['type'].__name__ == 'Resize':
                    step['size'] = (tiny_clip.IMAGE, ) * 2
    train, test = datasets(cfg, benchmark, root)
    batch = collate_clips([train[i] for i in range(len(train))])
    assert all(audio.shape == (10, 1, 96, 64) and audio.std() > 0.1 for audio in batch['inputs']['audio'])
    truth = {sample.sample_id: sample for sample in (test[i]['data_samples'] for i in range(len(test)))}
    _check_labels(benchmark, truth, batch, get_card(benchmark))

    learn_and_score(cfg, benchmark, batch, test, tmp_path)


HEADS = dict(ave=dict(type='EventLocalizationHead', channels=16, num_classes=29, supervision='fully', streams=('audio', 'visual')),
             llp=dict(type='ParsingHead', channels=16, num_classes=25, visual_streams=('visual', )))


@pytest.mark.filterwarnings('ignore:llp. AVVP_eval:UserWarning')
@pytest.mark.parametrize('benchmark', ['ave', 'llp'])
def test_features_of_a_real_video_go_all_the_way(shared_dir, tmp_path, benchmark, encoders):
    root = linked(shared_dir, benchmark, tmp_path)
    videos = find_videos([root / ('AVE' if benchmark == 'ave' else 'LLP_dataset/video')], 'visual')
    folders = {}
    for kind, encoder in encoders.items():
        result = extract_features(videos, encoder, get_layout(benchmark), root, workers=0)
        assert len(result.done) == 2 and not result.failed
        folders[kind] = str(result.folder.relative_to(root))
    cfg = ConfigDict(
        model=dict(type='AVModel', data_preprocessor=dict(type='AVDataPreprocessor'),
                   backbones={kind: dict(type='FeatureIdentity', field=kind, width=width) for kind, width in WIDTHS.items()},
                   necks=[dict(type='StreamProjection', channels=16, widths=WIDTHS)], heads={benchmark: HEADS[benchmark]}),
        optim_wrapper=dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=1e-3)))
    pipeline = [dict(type='LoadFeatures'), dict(type='PackAVInputs')]
    train, test = (DATASETS.build(dict(type=dict(ave='AVE', llp='LLP')[benchmark], data_root=str(root), split=split, indices=rows,
                                       features=folders, pipeline=pipeline)) for split, rows in DOWNLOADS[benchmark][1:])
    batch = collate_clips([train[i] for i in range(len(train))])
    assert [x.shape for x in batch['inputs']['audio']] == [(10, WIDTHS['audio'])] * len(train)
    learn_and_score(cfg, benchmark, batch, test, tmp_path)


def learn_and_score(cfg, benchmark: str, batch: dict, test, folder: Path) -> None:
    """A training step, then a prediction, which is scored and written as a submission."""
    card = get_card(benchmark)
    init_default_scope('avreg')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).train()
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    losses = model.train_step(batch, wrapper)
    assert torch.isfinite(losses['loss']) and losses['loss'] > 0
    assert any(not torch.equal(before[name], p) for name, p in model.named_parameters() if name.startswith('heads.')), 'the head learns'

    with torch.no_grad():
        predicted = model.eval().test_step(collate_clips([test[i] for i in range(len(test))]))
    assert [sample.sample_id for sample in predicted] == [test.get_data_info(i)['sample_id'] for i in range(len(test))]
    metric = METRICS.build(dict(type=METRIC[benchmark], benchmark=benchmark))
    dump = DumpSubmission(benchmark, folder / 'out', dict(method='untrained'))
    for one in (metric, dump):
        one.process(None, [sample.to_dict() for sample in predicted])
    scores = metric.compute_metrics(metric.collect())
    assert 0 <= scores[card.main_metric] <= 100
    dump.compute_metrics(dump.collect())
    assert set(read_predictions(folder / 'out' / benchmark, benchmark)) == {sample.sample_id for sample in predicted}


def _check_labels(benchmark: str, truth: dict, batch: dict, card) -> None:
    """The official rows, as written in them."""
    if benchmark == 'ave':
        violin, speech = card.labels.index('Violin, fiddle'), card.labels.index('Male speech, man speaking')
        assert truth['-67UNKFmRLk'].gt_segments.tolist() == [28] * 7 + [violin] * 3
        assert truth['-en7GAdXAQk'].gt_segments.tolist() == [speech] * 8 + [28] * 2
        return
    chainsaw = card.labels.index('Chainsaw')
    sample = truth['6aV6c8mY0lg_30_40']
    assert seconds_of(sample.gt_audio, chainsaw) == list(range(10)) and seconds_of(sample.gt_visual, chainsaw) == [0, 3, 4, 5, 9]
    weak, = batch['data_samples']
    assert {card.labels[i] for i in np.flatnonzero(np.asarray(weak.gt_video))} == {'Speech', 'Dog'}
