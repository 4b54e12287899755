import torch

from avreg.models.necks import TaskPromptGuidance


def test_uniform_weights_are_the_identity_on_the_projected_streams(feats):
    neck = TaskPromptGuidance(channels=16)
    out = neck(feats)
    for name in neck.STREAMS:
        expected = neck.project[name](getattr(feats, name))
        torch.testing.assert_close(getattr(out, name)[feats.valid], expected[feats.valid])


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
