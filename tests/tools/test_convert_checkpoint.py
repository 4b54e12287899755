"""tools/convert_checkpoint.py as a user runs it."""
import torch
from safetensors import safe_open

from avreg.models.checkpoints import VGGISH_SHAPES, load_pvt_v2
from tests.models.golden import fill_by_name, load_keys


def test_converts_and_says_what_it_did(tools):
    official = {**fill_by_name(load_keys('pvt_v2/keys_b0.json')), 'head.weight': torch.zeros(1000, 256)}
    torch.save(official, tools.folder / 'pvt_v2_b0.pth')
    done = tools.run('tools/convert_checkpoint.py', 'pvt_v2', 'pvt_v2_b0.pth', 'converted/b0.safetensors')
    assert done.stdout.splitlines()[-3:] == ['checkpoint pvt_v2_b0.pth holds PVT v2 b0: 176 keys', 'dropped the classifier: head.weight',
                                             'converted/b0.safetensors is written']
    assert load_pvt_v2(tools.folder / 'converted/b0.safetensors', 'b0')


def test_converts_vggish_to_safetensors(tools):
    # One number in the file for each tensor of 290 MB in all.
    official = {key: torch.tensor([float(i)]).expand(shape) for i, (key, shape) in enumerate(VGGISH_SHAPES.items())}
    torch.save({**official, 'pproc.pca_means': torch.zeros(128, 1)}, tools.folder / 'vggish-10086976.pth')
    done = tools.run('tools/convert_checkpoint.py', 'vggish', 'vggish-10086976.pth', 'converted/vggish.safetensors')
    assert done.stdout.splitlines()[-3:] == ['checkpoint vggish-10086976.pth holds VGGish: 18 keys',
                                             'dropped the PCA postprocessing: pproc.pca_means', 'converted/vggish.safetensors is written']
    with safe_open(tools.folder / 'converted/vggish.safetensors', 'pt') as file:
        assert set(file.keys()) == set(VGGISH_SHAPES) and file.get_tensor('embeddings.4.bias').tolist() == [17.0] * 128
    (tools.folder / 'converted/vggish.safetensors').unlink()


def test_a_mistake_is_told_without_a_traceback(tools):
    done = tools.run('tools/convert_checkpoint.py', 'pvt_v2', 'nowhere.pth', 'out.safetensors', check=False)
    assert done.returncode == 2 and 'convert_checkpoint.py: error: checkpoint nowhere.pth does not exist' in done.stderr
    assert 'Traceback' not in done.stderr and not (tools.folder / 'out.safetensors').exists()
