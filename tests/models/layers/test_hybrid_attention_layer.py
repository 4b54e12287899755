import numpy as np
import torch

from avreg.models.layers import HybridAttentionLayer
from tests.models.golden import DATA, assert_golden, fill_by_name, load_keys

OURS = dict(self_attn='self_attention', cm_attn='cross_attention', linear1='ffn.0', linear2='ffn.3')


@torch.no_grad()
def test_gives_the_official_layer():
    golden = np.load(DATA / 'han/case.npz')
    layer = HybridAttentionLayer(32, hidden=48).eval()
    official = fill_by_name(load_keys('han/keys_layer.json'))
    layer.load_state_dict({'.'.join([OURS.get((parts := key.split('.', 1))[0], parts[0]), parts[1]]): x for key, x in official.items()})
    assert_golden(layer(*(torch.from_numpy(golden[f'layer_{name}']) for name in ('q', 'kv'))), golden['layer_out'])
