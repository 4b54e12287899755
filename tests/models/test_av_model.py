import pytest
import torch
from mmengine.structures import BaseDataElement

from avreg.models import AVModel
from avreg.models.backbones import EmbeddedPyramidEncoder
from avreg.structures import AVDataSample, AVFeatures
from tests.models.samples import make_samples


def small_model() -> AVModel:
    torch.manual_seed(0)
    return AVModel(
        backbones=dict(audio=dict(type='FeatureIdentity', field='audio', width=16), visual=dict(type='FeatureIdentity', field='visual', width=16)),
        necks=[dict(type='MultiScaleTPM', channels=16, num_heads=2)],
        heads=dict(ave=dict(type='EventLocalizationHead', channels=16, streams=('audio', 'visual')),
                   llp=dict(type='ParsingHead', channels=16, visual_streams=('visual', ))))


def batch(benchmark: str) -> dict:
    g = torch.Generator().manual_seed(1)
    clips = [torch.randn(n, 16, generator=g) for n in (5, 3, 4)]
    return dict(inputs=dict(audio=clips, visual=[c.flip(0) for c in clips]), data_samples=make_samples(benchmark))


def run(model: AVModel, data: dict, mode: str):
    return model(**model.data_preprocessor(data), mode=mode)


@pytest.mark.parametrize('benchmark', ['ave', 'llp'])
def test_routes_to_the_head_of_the_benchmark(benchmark):
    model = small_model()
    losses = run(model, batch(benchmark), 'loss')
    assert losses and all(name.startswith(f'{benchmark}/loss') for name in losses)
    sum(losses.values()).backward()
    idle = {'ave': 'llp', 'llp': 'ave'}[benchmark]
    assert all(p.grad is not None for p in model.heads[benchmark].parameters())
    assert all(p.grad is None for p in model.heads[idle].parameters())


def test_modes():
    model = small_model().eval()
    assert isinstance(run(model, batch('ave'), 'tensor'), AVFeatures)
    samples = run(model, batch('ave'), 'predict')
    assert all(isinstance(s, BaseDataElement) for s in samples) and [len(s.pred_segments) for s in samples] == [5, 3, 4]
    with pytest.raises(ValueError, match="'loss', 'predict' or 'tensor', not 'train'"):
        run(model, batch('ave'), 'train')


def test_unknown_benchmark_names_the_heads():
    data = batch('ave')
    data['data_samples'] = [AVDataSample(metainfo=dict(benchmark='avee', sample_id=i)) for i in range(3)]
    with pytest.raises(ValueError, match=r"no head for benchmark 'avee', model.heads serves \['ave', 'llp'\]; did you mean 'ave'\?"):
        run(small_model(), data, 'loss')


def test_mixed_batch_is_refused():
    data = batch('ave')
    data['data_samples'][1] = make_samples('llp')[1]
    with pytest.raises(ValueError, match='a batch comes from one benchmark'):
        run(small_model(), data, 'loss')


def test_missing_modality_is_named():
    model = small_model()
    inputs = model.data_preprocessor(batch('ave'))['inputs']
    inputs.pop('visual')
    with pytest.raises(ValueError, match='model.backbones.visual has no input'):
        model(inputs)


def test_wrong_feature_width_says_both_widths():
    data = batch('ave')
    data['inputs']['audio'] = [c[:, :12] for c in data['inputs']['audio']]
    with pytest.raises(ValueError, match='audio features are 12 wide, but the model was built for 16'):
        run(small_model(), data, 'loss')


def test_permuted_batch_gives_permuted_predictions():
    model, order = small_model().eval(), [2, 0, 1]
    data, permuted = batch('llp'), batch('llp')
    for key in ('audio', 'visual'):
        permuted['inputs'][key] = [permuted['inputs'][key][i] for i in order]
    a, b = (run(model, d, 'tensor') for d in (data, permuted))
    torch.testing.assert_close(a.audio[order], b.audio)


def questions(shared: bool) -> dict:
    """Five questions about three clips; `shared` gives the very same tensors, as the sampler and augmentation do."""
    g = torch.Generator().manual_seed(1)
    clips = [torch.randn(n, 16, generator=g) for n in (5, 3, 4)]
    which = [0, 0, 1, 2, 2]
    noise = 0.0 if shared else 1e-7
    audio = [clips[c] + noise * i for i, c in enumerate(which)]
    return dict(inputs=dict(audio=audio, visual=[a.flip(0) for a in audio], text=[torch.arange(2, 4 + i) for i in range(5)]),
                data_samples=make_samples('music_avqa', lengths=(5, 5, 3, 4, 4)))


class TextGate(torch.nn.Module):
    """A neck that reads the text and says nothing about it."""

    def forward(self, feats):
        return feats.replace(audio=feats.audio * feats.text.unsqueeze(1).sigmoid())


class Spread(torch.nn.Module):
    """A neck that makes the spatial streams; it reads no text."""

    reads_text = False

    def forward(self, feats):
        return feats.replace(spatial_audio=feats.audio + feats.visual, patches=torch.stack([feats.visual, feats.visual.flip(-1)], 2))


@pytest.mark.parametrize('head', ['QuestionAnsweringHead', 'QuestionGroundingHead'])
@pytest.mark.parametrize('necks', [(Spread, ), (Spread, TextGate), (Spread, 'TaskPromptGuidance'), (Spread, 'TaskPromptGuidance', 'HybridAttention')])
def test_questions_about_one_clip_share_its_encoding_and_nothing_else_changes(necks, head):
    torch.manual_seed(0)
    necks = [dict(type=neck, channels=16) if isinstance(neck, str) else dict(type=neck) for neck in necks]
    model = AVModel(
        backbones=dict(audio=dict(type='FeatureIdentity', field='audio', width=16), visual=dict(type='FeatureIdentity', field='visual', width=16),
                       text=dict(type='EmbeddedTextEncoder', channels=16)),
        necks=[dict(type='MultiScaleTPM', channels=16, num_heads=2), *necks],
        heads=dict(music_avqa=dict(type=head, channels=16))).eval()
    guidance = [neck for neck in model.necks if hasattr(neck, 'prompt_query')]
    for neck in guidance:
        torch.nn.init.normal_(neck.prompt_query.weight)  # zero at the start: all weights would be one
    seen = []
    model.necks[0].register_forward_hook(lambda _, args, out: seen.append(len(out.audio)))
    shared, apart = (run(model, questions(s), 'predict') for s in (True, False))
    assert seen == [3, 5]
    for a, b in zip(shared, apart):
        torch.testing.assert_close(a.pred_scores, b.pred_scores, atol=1e-5, rtol=1e-4)
    sum(run(model, questions(True), 'loss').values()).backward()
    assert all(neck.prompt_query.weight.grad.abs().sum() > 0 for neck in guidance), 'what the prompt weighs is read'


def test_several_encoders_of_one_modality():
    backbones = dict(audio=dict(type='FeatureIdentity', field='audio', width=16), visual=dict(type='FeatureIdentity', field='visual', width=16))
    again = dict(type='FeatureIdentity', field='prompt', width=16)
    heads = dict(ave=dict(type='EventLocalizationHead', channels=16, streams=('audio', 'visual')))
    model = AVModel(backbones=dict(**backbones, again=again), inputs=dict(again='visual'), heads=heads)
    feats = run(model, batch('ave'), 'tensor')
    assert torch.equal(feats.prompt, feats.visual) and not torch.equal(feats.prompt, feats.audio)
    some = AVModel(backbones=dict(**backbones, again=again), inputs=dict(again='visual'), only=dict(again=['llp']), heads=heads)
    seen = []
    some.heads['ave'].register_forward_hook(lambda _, args, out: seen.append(args[0]))
    run(some, batch('ave'), 'predict')
    assert seen[0].prompt is None and run(some, batch('ave'), 'tensor').prompt is not None
    with pytest.raises(ValueError, match="AVModel.only names 'x', but the backbones are .* and the necks"):
        AVModel(backbones=backbones, only=dict(x=['ave']), heads=heads)
    with pytest.raises(ValueError, match="model.backbones.again has no input 'again'.*model.inputs says"):
        run(AVModel(backbones=dict(**backbones, again=again), heads=heads), batch('ave'), 'tensor')
    with pytest.raises(ValueError, match="model.backbones.again gives 'visual', which another backbone gives too"):
        run(AVModel(backbones=dict(**backbones, again=backbones['visual']), inputs=dict(again='visual'), heads=heads), batch('ave'), 'tensor')
    with pytest.raises(ValueError, match=r"AVModel.inputs names 'agian', but the backbones are .*did you mean 'again'"):
        AVModel(backbones=dict(**backbones, again=again), inputs=dict(agian='visual'), heads=heads)


@pytest.mark.parametrize('shares', [False, True])
def test_only_a_head_that_shares_clips_gets_one_row_for_several_questions(shares):
    model = AVModel(
        backbones=dict(audio=dict(type='FeatureIdentity', field='audio', width=16), visual=dict(type='FeatureIdentity', field='visual', width=16),
                       text=dict(type='EmbeddedTextEncoder', channels=16)),
        heads=dict(music_avqa=dict(type='QuestionAnsweringHead', channels=16, streams=('audio', 'visual')))).eval()
    model.heads['music_avqa'].shares_clips = shares
    seen = {}
    model.heads['music_avqa'].register_forward_hook(lambda _, args, out: seen.update(feats=args[0]))
    run(model, questions(shared=True), 'predict')
    assert len(seen['feats'].audio) == (3 if shares else 5)
    inputs = model.data_preprocessor(questions(shared=True))['inputs']
    assert len(model(inputs).audio) == 5, 'whoever asks for the features gets a row for each sample'


class Counting(torch.nn.Module):
    """An encoder that sees each segment by itself and notes how many it was given."""

    def __init__(self):
        super().__init__()
        self.inner, self.seen = EmbeddedPyramidEncoder((4, 4, 4, 4), frame_channels=8), 0

    def forward(self, visual):
        self.seen += visual.shape[0] * visual.shape[1]
        return self.inner(visual)


def test_a_picture_is_encoded_once_and_padding_is_not_encoded():
    torch.manual_seed(0)
    model = AVModel(backbones=dict(visual=dict(type='EmbeddedPyramidEncoder', frame_channels=8)), heads={})
    encoder = model.backbones['visual'] = Counting()
    visual, valid = torch.randn(2, 3, 3, 32, 32), torch.tensor([[True, True, True], [True, False, False]])
    clip, segments = torch.arange(2), valid.flatten().nonzero().squeeze(1)

    def features(x, **more):
        return model.extract_feat(dict(visual=x, valid=valid, clip=clip, **more))

    whole = features(visual)
    assert encoder.seen == 6
    in_every_segment = features(visual[:, :1])
    assert encoder.seen == 12, 'an encoder that may look across segments is given the picture in each'
    encoder.per_segment = True
    encoder.seen = 0
    packed = features(visual, segments=segments)
    assert encoder.seen == 4
    for one, other in ((whole.visual, packed.visual), (whole.patches, packed.patches), *zip(whole.pixels, packed.pixels)):
        torch.testing.assert_close(one[valid], other[valid])
        assert not other[~valid].any()

    encoder.seen = 0
    once = features(visual[:, :1])
    assert encoder.seen == 2
    repeated = features(visual[:, :1].expand(-1, 3, -1, -1, -1))
    torch.testing.assert_close(once.visual, repeated.visual)
    torch.testing.assert_close(once.visual, in_every_segment.visual)
    torch.testing.assert_close(once.pixels[0], repeated.pixels[0])


def test_the_question_encoder_also_encodes_prompt_and_choices():
    torch.manual_seed(0)
    model = AVModel(backbones=dict(audio=dict(type='FeatureIdentity', field='audio', width=16), text=dict(type='EmbeddedTextEncoder', channels=16)),
                    heads={}).eval()
    data = batch('ave')
    del data['inputs']['visual']
    sentences = [torch.tensor([5, 6, 7]), torch.tensor([8, 9]), torch.tensor([4])]
    data['inputs'].update(text=sentences, prompt=sentences[::-1], choices=[torch.stack([s, s.flip(0)]) for s in sentences])
    feats = run(model, data, 'tensor')
    torch.testing.assert_close(feats.prompt, feats.text.flip(0))
    assert feats.choices.shape == (3, 2, 16)
    torch.testing.assert_close(feats.choices[:, 0], feats.text)
    # A backbone of its own goes before.
    model = AVModel(backbones=dict(audio=dict(type='FeatureIdentity', field='audio', width=16), text=dict(type='EmbeddedTextEncoder', channels=16),
                                   prompt=dict(type='FeatureIdentity', field='prompt', width=5)), heads={}).eval()
    data['inputs']['prompt'] = [torch.ones(5) * i for i in range(3)]
    assert run(model, data, 'tensor').prompt.tolist() == [[i] * 5 for i in range(3)]


def test_a_neck_that_another_benchmark_needs_is_passed_by():
    backbones = dict(audio=dict(type='FeatureIdentity', field='audio', width=16), visual=dict(type='FeatureIdentity', field='visual', width=16))
    heads = {name: dict(type='EventLocalizationHead', channels=16, streams=('audio', 'visual'), num_classes=classes)
             for name, classes in (('ave', 29), ('llp', 25))}
    model = AVModel(backbones=backbones, necks=[dict(type='HybridAttention', channels=16)], only=dict(HybridAttention=['llp']), heads=heads)
    calls = []
    model.necks[0].register_forward_hook(lambda *_: calls.append(1))
    run(model, batch('ave'), 'predict')
    assert not calls
    model.only = dict(HybridAttention=['ave'])
    run(model, batch('ave'), 'predict')
    assert calls


@pytest.mark.parametrize('reads', [False, True])
def test_only_a_head_that_asks_gets_the_frames(reads):
    model = AVModel(
        backbones=dict(audio=dict(type='EmbeddedAudioEncoder', channels=16, width=4), visual=dict(type='EmbeddedVisualEncoder', channels=16, width=4)),
        heads=dict(ave=dict(type='EventLocalizationHead', channels=16, streams=('audio', 'visual'))))
    model.heads['ave'].reads_frames = reads
    seen = []
    model.heads['ave'].register_forward_hook(lambda _, args, out: seen.append(args[0].frames))
    data = batch('ave')
    lengths = [len(x) for x in data['inputs']['audio']]
    data['inputs'].update(audio=[torch.randn(n, 1, 96, 64) for n in lengths], visual=[torch.randint(256, (n, 3, 32, 32)) for n in lengths])
    run(model, data, 'predict')
    assert (seen[0] is None) != reads
    if reads:
        inputs = model.data_preprocessor(data)['inputs']
        assert torch.equal(seen[0], inputs['visual'])


@pytest.mark.parametrize('classes', [28, 40])
def test_classes_are_the_labels_of_the_benchmark(classes):
    backbones = dict(audio=dict(type='FeatureIdentity', field='audio', width=16), visual=dict(type='FeatureIdentity', field='visual', width=16))
    with pytest.raises(ValueError, match=f'model.heads.ave was built for num_classes={classes}, but ave has 29 labels: set it to 29'):
        AVModel(backbones=backbones, heads=dict(ave=dict(type='EventLocalizationHead', channels=16, num_classes=classes)))
