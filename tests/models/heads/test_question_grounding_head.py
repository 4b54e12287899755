import dataclasses

import pytest
import torch

from avreg.models.heads import QuestionGroundingHead
from avreg.models.necks import TokenMergeSPM, TopKTPM
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


@pytest.mark.parametrize('necks', [[], ['select'], ['select', 'merge']])
@pytest.mark.parametrize('learns', [False, True])
def test_questions_that_share_clips_are_answered_as_if_they_did_not(feats, necks, learns):
    """Four questions about two clips, of which the first has a segment that is padding, and unequally many."""
    torch.manual_seed(0)
    built = {'select': TopKTPM(16, top_k=3, num_heads=2, trainable_selection=learns).eval(), 'merge': TokenMergeSPM(16, num_tokens=3, num_heads=2).eval()}
    clips = {name: getattr(feats, name)[1:] for name in ('audio', 'visual', 'patches', 'valid', 'encoded_audio', 'encoded_visual', 'encoded_patches')}
    assert not clips['valid'].all()
    shared = feats.replace(**clips, spatial_audio=None, selection=None, clip=torch.tensor([1, 0, 1, 1]), text=torch.randn(4, 16), prompt=torch.randn(4, 16),
                           words=torch.randn(4, 5, 16), words_valid=torch.arange(5) < torch.tensor([[5], [2], [3], [4]]), maps={}, pixels=None, fused=None,
                           frames=None, pyramid=None, token_group=None)
    head = build(parts=ALL if necks != ['select'] else [part for part in ALL if part != 'grounded_tokens'], num_layers=1)
    answers, gradients = [], []
    for x in (shared, shared.spread()):
        x = x.replace(audio=x.audio.clone().requires_grad_())
        reached = x.audio
        for name in necks:
            x = built[name](x)
        answers.append(head(x))
        torch.testing.assert_close(head(x.spread()), answers[-1])
        gradients.append(torch.autograd.grad(answers[-1].square().sum(), reached)[0])
    torch.testing.assert_close(*answers)
    torch.testing.assert_close(torch.zeros_like(gradients[0]).index_add(0, shared.clip, gradients[1]), gradients[0])


def test_what_replaces_a_selected_stream_is_what_is_read(feats):
    clip = torch.tensor([0, 1, 2])
    shared = TopKTPM(16, top_k=3, num_heads=2).eval()(feats.replace(selection=None, clip=clip, maps={}))
    assert 'audio' in shared.selection.whole
    louder = shared.selection.replace(audio=shared.selection.audio * 2)
    head = build(parts=('grounded_audio', ))
    torch.testing.assert_close(head(shared.replace(selection=louder)), head(shared.replace(selection=dataclasses.replace(louder, whole={}))))


def test_a_wrong_part_is_told(feats):
    with pytest.raises(ValueError, match=r"parts=\('audios',\)"):
        build(parts=('audios', ))
    with pytest.raises(ValueError, match='needs TokenMergeSPM'):
        build(parts=('grounded_tokens', ))(feats.replace(selection=feats.selection.replace(tokens=None)))


def test_wrong_widths_and_arguments_are_told(feats):
    with pytest.raises(ValueError, match='QuestionGroundingHead was built for channels=16, but AVFeatures.visual is 24 wide'):
        build(parts=('grounded_visual', 'selected_visual'))(feats.replace(visual=torch.randn(3, 5, 24), selection=None))
    with pytest.raises(ValueError, match='answers has no meaning beside them'):
        build(choices=True, answers='avqa')
