import pytest
import torch

from avreg.models.necks import TaskPromptGuidance


def test_uniform_weights_are_the_identity_on_the_projected_streams(feats):
    neck = TaskPromptGuidance(channels=16)
    out = neck(feats)
    for name in neck.streams:
        expected = neck.project[name](getattr(feats, name))
        torch.testing.assert_close(getattr(out, name)[feats.valid], expected[feats.valid])


@pytest.mark.parametrize('streams', [('audio', 'visual', 'patches'), ('audio', 'visual'), ('spatial_audio', 'patches'), ('visual', )])
def test_streams_that_there_are(feats, streams):
    neck = TaskPromptGuidance(channels=16, streams=streams)
    torch.nn.init.normal_(neck.prompt_query.weight)
    without = {name: None for name in ('audio', 'visual', 'spatial_audio', 'patches') if name not in streams}
    out = neck(feats.replace(**without))
    assert all(getattr(out, name) is None for name in without)
    # Weights have a mean of one over what they are softmax of.
    if 'patches' in streams:
        torch.testing.assert_close(out.maps['prompt_space'].sum(2), torch.ones(feats.valid.shape))
        assert out.maps['prompt_space'].shape[2] == feats.patches.shape[2] + ('spatial_audio' in streams)
    if 'visual' in streams:
        assert out.maps['prompt_time'].shape[1] == feats.valid.shape[1] * len({'audio', 'visual'} & set(streams))
        torch.testing.assert_close(out.maps['prompt_time'].sum(1), torch.ones(len(feats.valid)))


def test_weights_of_eq_8(feats):
    torch.manual_seed(0)
    neck = TaskPromptGuidance(channels=16)
    torch.nn.init.normal_(neck.prompt_query.weight)
    out = neck(feats)
    q = neck.prompt_query(feats.text)[1]
    f = torch.cat([neck.project['audio'](feats.audio[1, :3]), neck.project['visual'](feats.visual[1, :3])])
    weights = (f @ q / 4).softmax(0)
    torch.testing.assert_close(out.maps['prompt_time'][1, [0, 1, 2, 5, 6, 7]], weights)
    assert (out.maps['prompt_time'][1, [3, 4, 8, 9]] == 0).all(), 'padding gets no weight'
    torch.testing.assert_close(out.audio[1, :3], 6 * weights[:3, None] * f[:3])
    torch.testing.assert_close(out.maps['prompt_space'].sum(-1), torch.ones(3, 5))


def test_shared_clips_are_weighted_as_clips_of_their_own(feats):
    torch.manual_seed(0)
    neck = TaskPromptGuidance(channels=16)
    torch.nn.init.normal_(neck.prompt_query.weight)
    shared = feats.replace(clip=torch.tensor([0, 2, 2, 0, 1]), text=torch.randn(5, 16))
    out, expected = neck(shared), neck(shared.spread())
    assert len(out.patches) == 3 and out.weights.keys() == {'audio', 'visual', 'spatial_audio', 'patches'}
    for name in neck.streams:
        torch.testing.assert_close(getattr(out.spread(), name), getattr(expected, name))


def test_residual_weighs_the_stream_and_its_projection_by_the_same_weights(feats):
    torch.manual_seed(0)
    plain, neck = TaskPromptGuidance(channels=16), TaskPromptGuidance(channels=16, residual=True)
    torch.nn.init.normal_(plain.prompt_query.weight)
    neck.load_state_dict(plain.state_dict())
    out, printed = neck(feats), plain(feats)
    for name in ('prompt_time', 'prompt_space'):
        torch.testing.assert_close(out.maps[name], printed.maps[name])
    weights = out.maps['prompt_space'] * out.maps['prompt_space'].shape[-1]
    torch.testing.assert_close(out.patches, printed.patches + feats.patches * weights[:, :, 1:, None])


def test_residual_lets_the_streams_pass_at_the_start_and_can_learn(feats):
    neck = TaskPromptGuidance(channels=16, residual=True)
    out = neck(feats)
    for name in neck.streams:
        torch.testing.assert_close((getattr(out, name) - getattr(feats, name))[feats.valid], torch.full_like(getattr(feats, name), 0.1)[feats.valid])
    sum(getattr(out, name).square().sum() for name in neck.streams).backward()
    assert all(linear.weight.grad.any(1).all() for _, linear, _ in neck.project.values())


def test_weights_teach_the_query_and_not_the_text_encoder(feats):
    torch.manual_seed(0)
    neck = TaskPromptGuidance(channels=16)
    torch.nn.init.normal_(neck.prompt_query.weight)
    feats = feats.replace(text=feats.text.clone().requires_grad_())
    out = neck(feats)
    (out.audio * torch.randn_like(out.audio)).sum().backward()
    assert neck.prompt_query.weight.grad.any() and feats.text.grad is None
