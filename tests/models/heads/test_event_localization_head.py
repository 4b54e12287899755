import pytest
import torch

from avreg.models.heads import EventLocalizationHead
from tests.models.conftest import make_features
from tests.models.samples import make_samples

UNIMODAL = (('encoded_audio', ), ('encoded_visual', 'encoded_patches'))


def head(**kwargs) -> EventLocalizationHead:
    torch.manual_seed(0)
    return EventLocalizationHead(channels=16, num_classes=29, dropout=0.0, **kwargs)


@pytest.mark.parametrize('supervision, name', [('fully', 'loss_segment'), ('weakly', 'loss_video')])
def test_each_sense_has_a_loss_of_its_own(supervision, name):
    model, feats = head(supervision=supervision, unimodal_streams=UNIMODAL), make_features()
    fields = ('audio', 'visual', 'encoded_audio', 'encoded_visual')
    feats = feats.replace(**{field: getattr(feats, field).clone().requires_grad_() for field in fields})
    losses = model.loss(feats, make_samples('ave'))
    assert losses.keys() == {name, 'loss_unimodal'}
    losses['loss_unimodal'].backward()
    assert feats.encoded_audio.grad.any() and feats.encoded_visual.grad.any() and feats.audio.grad is None and feats.visual.grad is None
    alone = head(supervision=supervision, unimodal_streams=UNIMODAL, unimodal_weight=0.5).loss(feats, make_samples('ave'))
    torch.testing.assert_close(alone['loss_unimodal'], losses['loss_unimodal'] / 2)


def test_predictions_are_those_of_all_senses():
    samples = [model.predict(make_features(), make_samples('ave')) for model in (head(), head(unimodal_streams=UNIMODAL))]
    # The same weights: the unimodal parts are made after the others.
    for a, b in zip(*samples):
        torch.testing.assert_close(a.pred_scores, b.pred_scores)


def test_unknown_supervision():
    with pytest.raises(ValueError, match="the choices are 'fully' and 'weakly'"):
        head(supervision='half')
