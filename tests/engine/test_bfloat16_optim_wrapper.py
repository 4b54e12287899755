import pytest
import torch
from mmengine.model import BaseModel
from torch import nn
from torch.optim import AdamW

from avreg.engine import BFloat16OptimWrapper, MergedGroupsConstructor


class Net(BaseModel):
    """Remembers in which type its products were computed."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.norm, self.linear = nn.LayerNorm(8), nn.Linear(8, 4)

    def forward(self, inputs, data_samples=None, mode='loss'):
        out = self.linear(self.norm(inputs))
        self.dtype = out.dtype
        return dict(loss=out.float().square().mean())


def make(model, **options):
    return MergedGroupsConstructor(
        dict(type=BFloat16OptimWrapper, optimizer=dict(type=AdamW, lr=0.1, weight_decay=0.02, fused=True), clip_grad=dict(max_norm=0.01),
             **options),
        dict(norm_decay_mult=0.0))(model)


def test_products_are_in_bf16_and_weights_gradients_and_state_are_not():
    model, batch = Net(), dict(inputs=torch.randn(16, 8))
    wrapper = make(model)
    assert isinstance(wrapper, BFloat16OptimWrapper) and len(wrapper.optimizer.param_groups) == 2
    with torch.no_grad():
        whole = model(**batch)['loss'].item()
    gradients = []
    wrapper.optimizer.register_step_pre_hook(lambda *_: gradients.extend(p.grad.clone() for p in model.parameters()))
    loss = model.train_step(batch, wrapper)['loss'].item()
    assert model.dtype == torch.bfloat16 and loss != whole and loss == pytest.approx(whole, rel=0.02)
    assert torch.stack([g.norm() for g in gradients]).norm().item() == pytest.approx(0.01, rel=1e-3)
    states = [x for state in wrapper.optimizer.state.values() for x in state.values() if torch.is_tensor(x)]
    assert {x.dtype for x in [*model.parameters(), *gradients, *states]} == {torch.float32}


def test_gradients_are_accumulated_and_a_training_goes_on_with_its_state():
    model = Net()
    wrapper, other = make(model, accumulative_counts=2), make(Net())
    before = model.linear.weight.clone()
    model.train_step(dict(inputs=torch.randn(16, 8)), wrapper)
    assert torch.equal(before, model.linear.weight)
    model.train_step(dict(inputs=torch.randn(16, 8)), wrapper)
    assert not torch.equal(before, model.linear.weight)
    other.load_state_dict(wrapper.state_dict())
    assert [s['step'].item() for s in other.optimizer.state.values()] == [1] * 4
