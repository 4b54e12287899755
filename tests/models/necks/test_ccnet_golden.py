"""The necks of CCNet, and all of it, against the numbers of the official network."""
import pytest
import torch

from avreg.models.checkpoints import convert_ccnet
from avreg.structures import AVFeatures
from tests.models.ccnet import LENGTHS, golden, golden_ccnet, golden_inputs, golden_samples
from tests.models.golden import assert_golden, load_keys

VIDEOS = range(3)


@pytest.fixture(scope='module')
def case():
    return golden('case_small')


@pytest.fixture(scope='module')
def model():
    return golden_ccnet()


def stages(model, inputs):
    """Features after each neck."""
    feats, out = AVFeatures(audio=inputs['audio'], visual=inputs['visual'], valid=inputs['valid']), []
    with torch.no_grad():
        for neck in model.necks:
            feats = neck(feats)
            out.append(feats)
    return out


def first(x: torch.Tensor):
    """Channels first, as the golden arrays are."""
    return x.transpose(1, 2)


def test_encoder_and_cmcc(case, model):
    encoded, crossed, _ = stages(model, golden_inputs(case))
    inputs = golden_inputs(case)
    keep = inputs['valid'].unsqueeze(-1)
    with torch.no_grad():
        for name, letter in (('visual', 'V'), ('audio', 'A')):
            encoder = model.necks[0]
            assert_golden(first(getattr(encoder, name).embed(inputs[name], keep, encoder.position)), case[f'embed_{letter}'])
            assert_golden(first(getattr(encoded, name)), case[f'self_{letter}'])
            assert_golden(first(getattr(crossed, name)), case[f'{letter}_0'])
    for number, level in enumerate(crossed.pyramid):
        assert level.stride == 2**number and level.valid.tolist() == case[f'mask_{number}'].tolist()
        visual, audio = first(level.features).chunk(2, 1)
        assert_golden(visual, case[f'V_{number}'])
        assert_golden(audio, case[f'A_{number}'])
        assert_golden(crossed.maps[f'gate_audio_{number}'], case[f'gate_A_{number}'][:, 0])
        assert_golden(crossed.maps[f'gate_visual_{number}'], case[f'gate_V_{number}'][:, 0])


def test_mtgc_step_by_step_with_the_published_masks(case):
    model = golden_ccnet(tiled_masks=True)
    _, crossed, refined = stages(model, golden_inputs(case))
    mtgc = model.necks[2]
    with torch.no_grad():
        levels, keeps = [level.features for level in crossed.pyramid], [level.valid.unsqueeze(-1) for level in crossed.pyramid]
        coarse = mtgc.coarse_to_fine(levels, keeps)
        depends = mtgc.dependency(coarse, keeps)
        logits, offsets = model.heads['unav100'](refined)
    for number in range(5):
        assert_golden(first(coarse[number]), case[f'c2f_{number}'])
    sizes = [len(level.valid[0]) for level in refined.pyramid]
    for number, (level, x, y) in enumerate(zip(refined.pyramid, logits.split(sizes, 1), offsets.split(sizes, 1))):
        assert_golden(first(depends[number]), case[f'tdm_{number}'])
        assert_golden(first(level.features), case[f'mtgc_{number}'])
        assert_golden(x, case[f'logits_{number}'])
        assert_golden(y, case[f'offsets_{number}'])


@pytest.mark.parametrize('grad', [False, True], ids=['inference', 'training path'])
@pytest.mark.parametrize('batch', [VIDEOS, [0], [1], [2]], ids=str)
def test_a_video_in_a_batch_is_the_video_alone(case, model, batch, grad):
    with torch.set_grad_enabled(grad):
        feats = model.extract_feat(golden_inputs(case, batch), 'unav100')
        logits, offsets = model.heads['unav100'](feats)
    sizes = [len(level.valid[0]) for level in feats.pyramid]
    for b, video in enumerate(batch):
        for number, (level, x, y) in enumerate(zip(feats.pyramid, logits.split(sizes, 1), offsets.split(sizes, 1))):
            assert_golden(level.features[b].detach().T, case[f'solo{video}_mtgc_{number}'])
            assert_golden(x[b].detach(), case[f'solo{video}_logits_{number}'])
            assert_golden(y[b].detach(), case[f'solo{video}_offsets_{number}'])


@pytest.mark.parametrize('tiled, prefix', [(True, 'det{}_'), (False, 'solo{}_det_')])
def test_events(case, tiled, prefix):
    model = golden_ccnet(tiled_masks=tiled)
    samples = golden_samples(golden('targets'))
    for sample, duration in zip(samples, case['durations']):
        sample.set_metainfo(dict(duration=float(duration)))
    with torch.no_grad():
        samples = model(golden_inputs(case), samples, 'predict')
    for i, sample in enumerate(samples):
        spans, scores, labels = (case[prefix.format(i) + name] for name in ('segments', 'scores', 'labels'))
        torch.testing.assert_close(sample.pred_span_scores, torch.from_numpy(scores), atol=1e-3, rtol=0)
        # Neighbours in rank that lie close together may change places: the same events, in any order.
        assert same_events(sample, spans, scores, labels) >= 0.97
        assert len(sample.gate_audio) == LENGTHS[i]
        assert_golden(sample.gate_audio, case['gate_A_0'][i, 0, :LENGTHS[i]])


def same_events(sample, spans, scores, labels) -> float:
    """Share of the golden events that are predicted too, to 1e-3."""
    near = (sample.pred_spans.float()[:, None] - torch.from_numpy(spans)).abs().amax(-1) < 1e-3
    near &= (sample.pred_span_scores[:, None] - torch.from_numpy(scores)).abs() < 1e-3
    return (near & (sample.pred_span_labels[:, None] == torch.from_numpy(labels))).any(0).float().mean().item()


def test_loose_gates_are_an_option_that_changes_coarse_levels_of_padded_videos(case, model):
    tight = golden_ccnet(loose_gates=False)
    with torch.no_grad():
        a, b = (m.extract_feat(golden_inputs(case), 'unav100').maps for m in (model, tight))
    assert torch.equal(a['gate_audio_0'], b['gate_audio_0'])
    assert_golden(b['gate_audio_1'][0], case['gate_A_1'][0, 0])  # not padded
    assert (b['gate_audio_1'][2] - a['gate_audio_1'][2]).abs().max() > 1e-4


def test_losses_and_gradients_of_a_training_step(case):
    targets, golden_step = golden('targets'), golden('train_step')
    # In double precision: in single, one ReLU whose input is -1e-6 opens, and its gradient is seen in the third digit of others.
    model = golden_ccnet(tiled_masks=True).train().double()
    for module in model.modules():
        if hasattr(module, 'drop_path'):
            module.drop_path = 0.0
    inputs = golden_inputs(case)
    inputs.update(audio=inputs['audio'].double(), visual=inputs['visual'].double())
    losses = model(inputs, golden_samples(targets), 'loss')
    total = sum(losses.values())
    total.backward()
    assert_golden([losses['unav100/loss_class'].item(), losses['unav100/loss_span'].item(), total.item()], golden_step['losses'])
    # The gradients in the official layout: the converter, run on numbers that say which entry each is.
    keys = load_keys('ccnet/keys_small.json')
    count = 0
    numbers = {}
    for key, shape in keys.items():
        size = torch.Size(shape).numel()
        numbers[key] = torch.arange(count, count + size, dtype=torch.float64).view(shape)
        count += size
    state, _ = convert_ccnet(numbers)
    flat = torch.zeros(count, dtype=torch.float64)
    parameters = dict(model.named_parameters())
    for name, where in state.items():
        if name in parameters:
            flat[where.flatten().long()] = parameters[name].grad.double().flatten()
    for name, l2, index, value in zip(*(golden_step[k] for k in ('names', 'grad_l2', 'grad_max_index', 'grad_max_value'))):
        grad = flat[numbers[str(name)].flatten().long()]
        floor = 1e-6 * float(golden_step['total_grad_l2'])
        assert abs(grad.norm() - l2) <= 1e-3 * l2 + floor, name
        assert abs(grad[index] - value) <= 1e-3 * abs(value) + floor, name
    assert flat.norm().item() == pytest.approx(float(golden_step['total_grad_l2']), rel=1e-3)


@pytest.mark.parametrize('training', [False, True])
def test_half_precision_is_near(case, model, training):
    model.train(training)
    for module in model.modules():
        if hasattr(module, 'drop_path'):
            module.drop_path = 0.0
    inputs, samples = golden_inputs(case), golden_samples(golden('targets'))
    normalizer = model.heads['unav100'].normalizer.clone()
    totals = []
    for enabled in (False, True):
        model.heads['unav100'].normalizer.copy_(normalizer)
        with torch.autocast('cpu', torch.bfloat16, enabled=enabled), torch.set_grad_enabled(training):
            losses = model(inputs, samples, 'loss')
            total = sum(losses.values())
        assert total.dtype == torch.float32
        totals.append(total.item())
        if training:
            total.backward()
            assert all(torch.isfinite(p.grad).all() for p in model.parameters())
            model.zero_grad()
    assert totals[0] == pytest.approx(totals[1], rel=0.03) and totals[0] != totals[1]
    with torch.autocast('cpu', torch.bfloat16), torch.no_grad():
        assert all(len(sample.pred_spans) for sample in model.eval()(inputs, samples, 'predict'))
    model.heads['unav100'].normalizer.copy_(normalizer)
