import torch
from mmengine.optim import DefaultOptimWrapperConstructor
from torch import nn

from avreg.engine import MergedGroupsConstructor


class Net(nn.Module):

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 4))
        self.prompt_query = nn.Linear(4, 2)

    def forward(self, x):
        return self.prompt_query(self.body(x))


def test_one_group_a_setting_learns_what_one_group_a_parameter_learns():
    wrapper = dict(optimizer=dict(type='AdamW', lr=0.1, weight_decay=0.1))
    paramwise = dict(norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={'prompt_query': dict(lr_mult=0.05)})
    nets, groups = [], []
    for constructor in (DefaultOptimWrapperConstructor, MergedGroupsConstructor):
        torch.manual_seed(0)
        net = Net()
        optim = constructor(dict(wrapper), paramwise)(net)
        for _ in range(3):
            optim.update_params(net(torch.ones(2, 3)).square().sum())
        nets.append(net)
        groups.append(optim.param_groups)
    # OptimWrapper adds a group of its own, which only tells the learning rate.
    of_net = [[g for g in own if g['params'][0].requires_grad] for own in groups]
    assert len(of_net[0]) == len(list(nets[0].parameters())) == 8
    settings = sorted((round(g['lr'], 6), g['weight_decay'], len(g['params'])) for g in of_net[1])
    assert settings == [(0.005, 0.1, 2), (0.1, 0.0, 4), (0.1, 0.1, 2)]
    for a, b in zip(*(net.parameters() for net in nets)):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def test_a_shared_parameter_is_moved_once_a_step():
    net = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
    net[1].weight = net[0].weight
    before = net[0].weight.detach().clone()
    optim = MergedGroupsConstructor(dict(optimizer=dict(type='SGD', lr=0.1, weight_decay=0.0)), dict(norm_decay_mult=0.0))(net)
    assert [len(group['params']) for group in optim.param_groups if group['params'][0].requires_grad] == [1]
    optim.update_params(net[0].weight.sum())
    torch.testing.assert_close(net[0].weight, before - 0.1)
