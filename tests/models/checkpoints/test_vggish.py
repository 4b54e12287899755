import pytest
import torch

from avreg.models.checkpoints import VGGISH_SHAPES, convert_vggish, load_vggish
from tests.models.golden import load_keys


@pytest.fixture
def official() -> dict[str, torch.Tensor]:
    """Without values: the largest layer alone would take 200 MB."""
    return {key: torch.empty(shape, device='meta') for key, shape in VGGISH_SHAPES.items()}


def test_knows_every_official_key_and_shape():
    assert VGGISH_SHAPES == load_keys('vggish/keys.json')


def test_every_key_is_used_and_the_postprocessing_dropped_with_a_note(official):
    postprocessing = {'pproc.pca_eigen_vectors': torch.zeros(128, 128), 'pproc.pca_means': torch.zeros(128, 1)}
    state, notes = convert_vggish({**official, **postprocessing}, 'a.pth')
    assert state.keys() == official.keys()
    assert notes == ['a.pth holds VGGish: 18 keys', 'dropped the PCA postprocessing: pproc.pca_eigen_vectors, pproc.pca_means']
    assert convert_vggish(official)[1] == ['the state dict holds VGGish: 18 keys']


@pytest.mark.parametrize('key', ['features.0.weight', 'embeddings.4.bias'])
def test_a_lost_key_is_named(official, key):
    official.pop(key)
    with pytest.raises(ValueError, match=f'^a.pth does not fit VGGish\n  missing: {key!r}$'):
        convert_vggish(official, 'a.pth')


@pytest.mark.parametrize('key', ['features.15.weight', 'pproc.pca_mean', 'classifier.bias'])
def test_an_additional_key_is_named(official, key):
    with pytest.raises(ValueError, match=f'^a.pth does not fit VGGish\n  not known: {key!r}'):
        convert_vggish({**official, key: torch.zeros(1)}, 'a.pth')


def test_another_shape_and_another_network_are_named(official):
    with pytest.raises(ValueError, match=r'embeddings.0.weight is \(4096, 512\), not \(4096, 12288\)'):
        convert_vggish({**official, 'embeddings.0.weight': torch.zeros(4096, 512)})
    with pytest.raises(ValueError, match="missing: 'features.0.weight', .* and 13 more\n  not known: 'conv1.weight'"):
        convert_vggish({'conv1.weight': torch.zeros(64, 3, 7, 7)})


def test_a_file_is_checked_as_strictly(tmp_path):
    torch.save({'features.0.weight': torch.zeros(64, 1, 3, 3)}, tmp_path / 'vggish.pth')
    with pytest.raises(ValueError, match=r"checkpoint .*/vggish\.pth does not fit VGGish\n  missing: 'features.0.bias'"):
        load_vggish(tmp_path / 'vggish.pth')
