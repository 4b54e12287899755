import pytest
import torch

from avreg.benchmarks import CaptionTokenizer
from avreg.models.experts import EmbeddedExpert, EmbeddedRegionEncoder
from avreg.models.heads import SoundSourceHead
from avreg.models.heads.sound_source_head import clip_dice
from tests.models.conftest import make_features
from tests.models.samples import make_samples

CAPTIONS = dict(tokenizer=dict(type=CaptionTokenizer), num_layers=1, max_tokens=10, dropout=0.0)
REGIONS = dict(region_encoder=dict(type=EmbeddedRegionEncoder, tokenizer=dict(type=CaptionTokenizer), channels=8, width=4, size=32, max_tokens=10, num_heads=2))
EXPERT = dict(expert=dict(type=EmbeddedExpert, channels=12))
VARIANTS = {
    'SSU-S': (dict(captions=None), {'loss_dice'}),
    'SSU-D': (dict(masks=None), {'loss_caption'}),
    'baseline': (dict(gamma=0.0), {'loss_dice', 'loss_caption'}),
    'focal': (dict(), {'loss_dice', 'loss_caption'}),
    'MCM': (REGIONS, {'loss_dice', 'loss_caption', 'loss_regions'}),
    'RCC': (dict(**REGIONS, regional_consistency=True), {'loss_dice', 'loss_caption', 'loss_regions', 'loss_clip'}),
    'MoHE': (dict(**REGIONS, regional_consistency=True, **EXPERT), {'loss_dice', 'loss_caption', 'loss_regions', 'loss_clip'}),
}
FULL = VARIANTS['MoHE'][0]


def make_head(**extra) -> SoundSourceHead:
    torch.manual_seed(0)
    arguments = dict(masks=dict(num_queries=2, num_layers=1, num_heads=2, pixel_channels=8), captions=CAPTIONS)
    head = SoundSourceHead(channels=16, in_channels=(4, 6, 8, 8), **{**arguments, **extra}).eval()
    if head.caption_decoder:
        # GPT-2's first weights are too small to tell frames apart.
        for p in head.caption_decoder.network.parameters():
            if p.ndim > 1:
                torch.nn.init.normal_(p, 0, 0.4)
    return head


def gradients(head: SoundSourceHead, loss: str) -> dict[str, float]:
    """Of each part the largest gradient of one loss."""
    head.zero_grad()
    head.loss(make_features(), make_samples('f_music'))[loss].backward()
    parts = dict(masks=head.mask_decoder, captions=head.caption_decoder,
                 regions=head.collaboration.region_encoder if head.collaboration else None)
    return {name: max((p.grad.abs().max().item() for p in part.parameters() if p.grad is not None), default=0.0)
            for name, part in parts.items() if part is not None}


@pytest.mark.parametrize('name', VARIANTS)
def test_losses_and_predictions_of_each_variant(name):
    arguments, losses = VARIANTS[name]
    head = make_head(**arguments)
    found = head.loss(make_features(), make_samples('f_music'))
    assert set(found) == losses and all(value > 0 for value in found.values())
    samples = head.predict(make_features(), make_samples('f_lifescene'))
    assert ['pred_prob' in s for s in samples] == [name != 'SSU-D'] * 3
    assert [len(s.get('pred_descriptions', [])) for s in samples] == ([0] * 3 if name == 'SSU-S' else [5, 3, 4])
    if name != 'SSU-D':
        assert [s.pred_prob.shape for s in samples] == [(5, 16, 24), (3, 16, 24), (4, 16, 24)]
    if name == 'MoHE':
        routers = [s.maps['router'] for s in samples]
        assert [len(weights) for weights in routers] == [5, 3, 4] and all(((w > 0) & (w < 1)).all() for w in routers)


def test_captions_teach_the_mask_through_the_masked_frame_only():
    assert gradients(make_head(), 'loss_caption')['masks'] == 0
    assert gradients(make_head(**REGIONS), 'loss_caption')['masks'] > 0


def test_consistency_teaches_both_decoders_and_no_loss_but_its_own_the_region_encoder():
    head = make_head(**FULL)
    found = {loss: gradients(head, loss) for loss in VARIANTS['MoHE'][1]}
    assert found['loss_clip']['captions'] > 0 and found['loss_clip']['masks'] > 0
    assert {loss for loss, parts in found.items() if parts['regions'] > 0} == {'loss_regions'}
    assert found['loss_regions']['masks'] == found['loss_regions']['captions'] == 0
    assert not list(head.expert.parameters())


def test_every_parameter_of_the_full_variant_learns():
    head = make_head(**FULL).train()
    sum(head.loss(make_features(), make_samples('f_music')).values()).backward()
    assert [name for name, p in head.named_parameters() if p.grad is None] == []


def test_padding_and_the_order_of_the_batch_change_nothing():
    head, feats, order = make_head(**FULL), make_features(), [2, 0, 1]
    before = head.predict(feats, make_samples('f_music'))
    keep = feats.valid[..., None, None, None]
    dirty = {name: [torch.where(keep, x, 50.0) for x in getattr(feats, name)] for name in ('pixels', 'fused')}
    feats = feats.replace(frames=torch.where(keep, feats.frames, 50.0), **dirty)
    rows = feats.replace(audio=feats.audio[order], valid=feats.valid[order], frames=feats.frames[order],
                         **{name: [x[order] for x in getattr(feats, name)] for name in ('pixels', 'fused')})
    samples = make_samples('f_music')
    after = head.predict(rows, [samples[i] for i in order])
    for i, sample in zip(order, after):
        torch.testing.assert_close(sample.pred_prob, before[i].pred_prob, atol=1e-5, rtol=1e-5)
        assert sample.pred_descriptions == before[i].pred_descriptions
    losses, permuted = head.loss(make_features(), make_samples('f_music')), head.loss(rows, [samples[i] for i in order])
    for name in losses:
        torch.testing.assert_close(losses[name], permuted[name], atol=1e-5, rtol=1e-4)


def test_words_behind_the_end_mean_nothing():
    head, samples = make_head(**FULL), make_samples('f_music')
    before = head.loss(make_features(), samples)
    for sample in samples:
        sample.gt_captions[::2, 5] = 17
    after = head.loss(make_features(), samples)
    assert {name: value.item() for name, value in after.items()} == pytest.approx({name: value.item() for name, value in before.items()})


@pytest.mark.parametrize('extra', [{}, FULL], ids=['alone', 'with experts'])
def test_generation_is_the_teacher_forced_argmax(extra):
    head, feats = make_head(**extra), make_features()
    decoder = head.caption_decoder
    scene = head.select(feats, feats.valid.flatten().nonzero().squeeze(1))
    with torch.no_grad():
        mask = head.mask_decoder(scene.audio, scene.fused, scene.pixels)
        memory, _ = head.remember(scene, mask)
        expert = head.consult(scene, mask, feats.valid, make_samples('f_music'))
        tokens = decoder.generate(memory, expert)
        logits, _ = decoder(tokens[:, :-1], memory, expert)
        decoder.num_beams = 3
        beams = decoder.generate(memory, expert)

        def score(tokens):
            """Log-probability of each sentence over its tokens, as the search ranks them."""
            targets, counts = decoder.targets(torch.cat([tokens, torch.full_like(tokens[:, :1], decoder.tokenizer.end)], 1))
            counts = counts[:, :-1]
            logits, _ = decoder(tokens[:, :-1], memory, expert)
            found = logits.log_softmax(-1).gather(2, targets[:, :-1, None]).squeeze(2)
            return (found * counts).sum(1) / counts.sum(1)

    ended = (tokens == decoder.tokenizer.end).cumsum(1)[:, :-1] > 0
    assert torch.equal(logits.argmax(-1)[~ended], tokens[:, 1:][~ended])
    assert len({tuple(row) for row in tokens.tolist()}) > 3, 'frames differ'
    greedy, searched = score(tokens), score(beams)
    assert (searched >= greedy - 1e-4).float().mean() > 0.8 and searched.mean() > greedy.mean()


def test_dice_of_a_clip_counts_what_is_found_in_its_silent_frames():
    truth = torch.zeros(4, 2, 2)
    truth[0] = truth[2] = 1
    prob = truth.clone()
    clip = torch.tensor([0, 0, 2, 2])
    assert clip_dice(prob, truth, clip, 3) == 0
    prob[3] = 1
    assert clip_dice(prob, truth, clip, 3).item() == pytest.approx((1 - 9 / 13) / 2)


def test_learns_which_of_two_objects_sounds_and_says_so():
    torch.manual_seed(0)
    head = make_head(captions={**CAPTIONS, 'num_layers': 1})
    feats, samples = make_features(lengths=(4, 4, 4)), make_samples('f_music', lengths=(4, 4, 4))
    pixels = [torch.zeros_like(x) for x in feats.pixels]
    pixels[0][:, :, 0, :, :6], pixels[0][:, :, 1, :, 6:] = 1, 1
    fused = [torch.zeros_like(x) for x in feats.fused]
    audio = torch.zeros_like(feats.audio)
    audio[:, ::2, 0], audio[:, 1::2, 1] = 1, 1
    feats = feats.replace(pixels=pixels, audio=audio, fused=fused)
    tokenizer = head.caption_decoder.tokenizer
    for sample in samples:
        sample.gt_masks = torch.zeros(4, 16, 24)
        sample.gt_masks[::2, :, :12], sample.gt_masks[1::2, :, 12:] = 1, 1
        sample.gt_captions = torch.tensor([tokenizer.encode('the left violin plays'), tokenizer.encode('the right drum plays')] * 2)
    optimizer = torch.optim.Adam(head.parameters(), 0.01)
    for _ in range(80):
        optimizer.zero_grad()
        sum(head.loss(feats, samples).values()).backward()
        optimizer.step()
    for sample in head.eval().predict(feats, samples):
        assert ((sample.pred_prob > 0.5) == (sample.gt_masks > 0.5)).float().mean() > 0.9
        assert sample.pred_descriptions == ['the left violin plays', 'the right drum plays'] * 2


@pytest.mark.parametrize('arguments, message', [
    (dict(masks=None, captions=None), 'neither masks nor captions'),
    (dict(masks=None, **REGIONS), 'region_encoder shows the masked frame'),
    (dict(captions=None, **EXPERT), 'expert shows the masked frame'),
    (dict(regional_consistency=True), 'none is given')])
def test_parts_without_what_they_read_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_head(**arguments)


def test_captions_of_another_tokenizer_are_refused():
    samples = make_samples('f_music')
    samples[1].gt_captions[0, 0] = 7
    with pytest.raises(ValueError, match='these are not tokens of CaptionTokenizer'):
        make_head().loss(make_features(), samples)
    samples[1].gt_captions = torch.full((3, 12), 5)
    samples[1].gt_captions[:, 0], samples[1].gt_captions[:, -1] = 1, 2
    samples[1].gt_captions[:, 0], samples[0] = 1, make_samples('f_music')[0]
    with pytest.raises(ValueError, match=r'CaptionDecoder\(max_tokens=10\) got a sentence of 11 tokens'):
        make_head().loss(make_features(), samples)
