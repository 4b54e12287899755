import torch

from avreg.models.layers import StandardizedConv2d


def test_scale_and_offset_of_the_filters_do_not_matter_only_the_gain_does():
    torch.manual_seed(0)
    conv, x = StandardizedConv2d(3, 4, 3, padding=1), torch.randn(2, 3, 8, 8)
    before = conv(x)
    with torch.no_grad():
        conv.weight.mul_(7).add_(0.3)
    torch.testing.assert_close(conv(x), before, atol=1e-3, rtol=1e-3)
    with torch.no_grad():
        conv.gain.mul_(2)
    torch.testing.assert_close(conv(x), 2 * before, atol=2e-3, rtol=1e-3)


def test_keeps_the_variance_through_relus():
    torch.manual_seed(0)
    x = torch.randn(4, 32, 12, 12)
    convs = [StandardizedConv2d(32, 32, 3, padding=1) for _ in range(6)]
    for conv in convs:
        x = conv(x.relu())
    assert 0.3 < x.var() < 3.0


def test_a_clip_does_not_depend_on_its_batch():
    torch.manual_seed(0)
    conv, x = StandardizedConv2d(3, 4, 3, stride=2).train(), torch.randn(3, 3, 9, 9)
    torch.testing.assert_close(conv(x)[1:2], conv(x[1:2]))
