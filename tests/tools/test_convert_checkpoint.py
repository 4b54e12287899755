"""tools/convert_checkpoint.py as a user runs it."""
import torch

from avreg.models.checkpoints import load_pvt_v2
from tests.models.golden import fill_by_name, load_keys


def test_converts_and_says_what_it_did(tools):
    official = {**fill_by_name(load_keys('pvt_v2/keys_b0.json')), 'head.weight': torch.zeros(1000, 256)}
    torch.save(official, tools.folder / 'pvt_v2_b0.pth')
    done = tools.run('tools/convert_checkpoint.py', 'pvt_v2', 'pvt_v2_b0.pth', 'converted/b0.pth')
    assert done.stdout.splitlines()[-3:] == ['checkpoint pvt_v2_b0.pth holds PVT v2 b0: 176 keys', 'dropped the classifier: head.weight',
                                             'converted/b0.pth is written']
    assert load_pvt_v2(tools.folder / 'converted/b0.pth', 'b0')


def test_a_mistake_is_told_without_a_traceback(tools):
    done = tools.run('tools/convert_checkpoint.py', 'pvt_v2', 'nowhere.pth', 'out.pth', check=False)
    assert done.returncode == 2 and 'convert_checkpoint.py: error: checkpoint nowhere.pth does not exist' in done.stderr
    assert 'Traceback' not in done.stderr and not (tools.folder / 'out.pth').exists()
