"""The plugin's own test: it is registered, it learns, its config builds and takes a training step."""
from pathlib import Path

import pytest
import torch

from avreg.config import check_config, load_config
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures

CONFIG = Path(__file__).resolve().parents[1] / 'configs' / 'example_all_tasks.py'
B, T, D, K = 3, 4, 8, 5


@pytest.fixture
def feats() -> AVFeatures:
    """Three clips of four segments, the last clip two segments long."""
    generator = torch.Generator().manual_seed(0)
    valid = torch.ones(B, T, dtype=torch.bool)
    valid[2, 2:] = False
    return AVFeatures(audio=torch.randn(B, T, D, generator=generator),
                      visual=torch.randn(B, T, D, generator=generator),
                      valid=valid)


@pytest.fixture
def samples(feats: AVFeatures) -> list[AVDataSample]:
    """Their labels."""
    generator = torch.Generator().manual_seed(1)
    samples = [AVDataSample(metainfo=dict(benchmark='ave', sample_id=str(b))) for b in range(B)]
    for sample, valid in zip(samples, feats.valid):
        sample.gt_segments = torch.randint(0, K, (int(valid.sum()), ), generator=generator)
    return samples


def build_head() -> torch.nn.Module:
    torch.manual_seed(0)
    return MODELS.build(dict(type='CosineLocalizationHead', channels=D, num_classes=K))


def test_learns(feats, samples):
    head = build_head()
    optimizer = torch.optim.Adam(head.parameters(), lr=0.05)
    first = head.loss(feats, samples)['loss_segment'].item()
    for _ in range(60):
        optimizer.zero_grad()
        loss = head.loss(feats, samples)['loss_segment']
        loss.backward()
        optimizer.step()
    assert all(parameter.grad.abs().sum() > 0 for parameter in head.parameters())
    assert loss.item() < 0.2 * first
    for sample in head.predict(feats, samples):
        assert torch.equal(sample.pred_segments, sample.gt_segments)


def test_logits_are_scaled_cosines(feats):
    head = build_head()
    segment = head.fuse(torch.cat([feats.audio, feats.visual], -1))[0, 1]
    expected = [head.scale * torch.cosine_similarity(segment, prototype, dim=0) for prototype in head.prototypes]
    torch.testing.assert_close(head(feats)[0, 1], torch.stack(expected))


def test_padding_changes_nothing(feats, samples):
    head = build_head()
    before = head.loss(feats, samples)['loss_segment']
    other = feats.replace(audio=feats.audio.masked_fill(~feats.valid.unsqueeze(-1), 9.0))
    torch.testing.assert_close(head.loss(other, samples)['loss_segment'], before)
    assert len(head.predict(other, samples)[2].pred_segments) == 2


def test_missing_features_are_named(feats):
    with pytest.raises(ValueError, match='CosineLocalizationHead needs AVFeatures.visual'):
        build_head()(feats.replace(visual=None))


def test_config_takes_a_step():
    cfg = load_config(CONFIG)
    check_config(cfg)
    model = MODELS.build(cfg.model)
    assert type(model.heads['ave']).__name__ == 'CosineLocalizationHead'
    clips = dict(
        audio=[torch.randn(2, 1, 96, 64)] * 2,
        visual=[torch.randint(0, 256, (2, 3, 112, 112), dtype=torch.uint8)] * 2,
        text=[torch.arange(1, 5)] * 2)
    samples = [AVDataSample(metainfo=dict(benchmark='ave', sample_id=str(b))) for b in range(2)]
    for sample in samples:
        sample.gt_segments = torch.tensor([3, 28])
    batch = model.data_preprocessor(dict(inputs=clips, data_samples=samples), training=True)
    losses = model(**batch, mode='loss')
    losses['ave/loss_segment'].backward()
    assert model.heads['ave'].prototypes.grad.abs().sum() > 0
