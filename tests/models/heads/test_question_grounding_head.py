import pytest
import torch

from avreg.models.heads import QuestionGroundingHead
from tests.models.samples import make_samples

ALL = ('grounded_audio', 'audio', 'selected_audio', 'grounded_visual', 'visual', 'selected_visual', 'grounded_tokens', 'encoded_audio',
       'encoded_visual', 'encoded_patches')


def build(**arguments):
    torch.manual_seed(0)
    return QuestionGroundingHead(**{'channels': 16, 'num_heads': 2, **arguments}).eval()


def test_every_part_changes_the_answer_and_learns(feats):
    whole = build(parts=ALL, num_layers=1).train()
    whole.loss(feats, make_samples('music_avqa'))['loss_answer'].backward()
    assert [name for name, p in whole.named_parameters() if p.grad is None] == []
    one = {part: build(parts=(part, ))(feats) for part in ALL}
    assert len({tuple(logits[0].tolist()) for logits in one.values()}) == len(ALL)


def test_choices_are_compared_and_their_order_follows(feats):
    head = build(choices=True)
    choices = torch.randn(3, 4, 16)
    logits = head(feats.replace(choices=choices))
    assert logits.shape == (3, 4)
    torch.testing.assert_close(head(feats.replace(choices=choices[:, [2, 0, 3, 1]])), logits[:, [2, 0, 3, 1]])


def test_answers_are_words_of_the_text_encoder(feats):
    head = build(answers='music_avqa')
    vocabulary = torch.randn(300, 16, requires_grad=True)
    head(feats.replace(vocabulary=vocabulary)).sum().backward()
    assert vocabulary.grad.abs().sum() > 0
    with pytest.raises(ValueError, match='music_avqa has 42 labels'):
        build(answers='music_avqa', num_classes=10)


def test_without_a_selection_all_segments_are_read(feats):
    head = build(parts=ALL)
    logits = head(feats.replace(selection=None))
    longer = head(feats.replace(selection=None, audio=feats.audio * 2))
    assert logits.shape == (3, 42) and not torch.allclose(logits, longer)


def test_a_wrong_part_is_told(feats):
    with pytest.raises(ValueError, match=r"parts=\('audios',\)"):
        build(parts=('audios', ))
    with pytest.raises(ValueError, match='needs TokenMergeSPM'):
        build(parts=('grounded_tokens', ))(feats.replace(selection=feats.selection.replace(tokens=None)))
