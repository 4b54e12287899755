"""Mixed precision as on a GPU: half-precision numbers end at 65,504, and so do the values that stand for "never"."""
import pytest
import torch
from mmengine.registry import init_default_scope

from avreg.config import load_config
from avreg.models.layers import AttentiveMMILPooling
from avreg.registry import MODELS
from tests.tree.test_configs import REPO, tiny_batch

CONFIGS = {'configs/avunified/all_tasks.py': ['ave', 'llp', 'vggss', 'avs_s4', 'avs_ms3', 'avss', 'music_avqa'],
           'configs/tspm/tspm_avworld.py': ['music_avqa'], 'configs/ccnet/ccnet_avworld.py': ['unav100']}


@pytest.fixture(autouse=True)
def fill_values_fit(monkeypatch):
    """CUDA refuses to fill in a value that a CPU turns into infinity."""
    masked_fill = torch.Tensor.masked_fill

    def checked(self, mask, value):
        assert not self.is_floating_point() or abs(value) <= torch.finfo(self.dtype).max or abs(value) == float('inf')
        return masked_fill(self, mask, value)

    monkeypatch.setattr(torch.Tensor, 'masked_fill', checked)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('path', CONFIGS)
def test_losses_are_finite_in_half_precision(path, dtype):
    init_default_scope('avreg')
    torch.manual_seed(0)
    model = MODELS.build(load_config(REPO / path).model).eval()
    for benchmark in CONFIGS[path]:
        batch = model.data_preprocessor(tiny_batch(benchmark))
        with torch.autocast('cpu', dtype=dtype):
            losses = model(**batch, mode='loss')
        whole = model(**batch, mode='loss')
        for name, loss in losses.items():
            assert loss.isfinite() and loss.item() == pytest.approx(whole[name].item(), rel=0.05, abs=0.02), (path, benchmark, name)


def test_pooling_of_single_precision():
    # What a norm gives under CUDA's autocast.
    pooling = AttentiveMMILPooling(8, 3)
    with torch.autocast('cpu', dtype=torch.float16):
        frame, modality, video = pooling(torch.randn(2, 4, 2, 8), torch.tensor([[True] * 4, [True] * 2 + [False] * 2]))
    assert all(x.isfinite().all() for x in (frame, modality, video))
