"""The base configs of the benchmarks about places, on folders made by the tests."""
import pytest
from mmengine.config import Config

from avreg.registry import DATASETS

from . import pixels


@pytest.mark.parametrize('name, make, masks', [('vggss', pixels.make_vggss, None), ('avs_s4', pixels.make_s4, (112, 112)),
                                               ('avs_ms3', pixels.make_ms3, (112, 112)), ('avss', pixels.make_avss, (28, 28)),
                                               ('flickr_soundnet', pixels.make_flickr, None)])
def test_base_config_builds_and_loads(repo, tmp_path, monkeypatch, name, make, masks):
    monkeypatch.chdir(tmp_path)  # the cache
    root = make(tmp_path / 'download')
    cfg = Config.fromfile(repo / f'configs/_base_/datasets/{name}.py')
    for split in ('train', 'val', 'test'):
        if f'{name}_{split}' not in cfg:
            assert name == 'flickr_soundnet' and split != 'test'
            continue
        dataset = DATASETS.build(dict(cfg[f'{name}_{split}'], data_root=str(root)))
        packed = dataset[0]
        T = packed['data_samples'].num_segments
        frames = 1 if name in ('vggss', 'flickr_soundnet') else T  # a picture stands for every second
        assert packed['inputs']['visual'].shape == (frames, 3, 112, 112) and packed['inputs']['audio'].shape == (T, 1, 96, 64)
        assert 1 not in packed['inputs']['text'], 'every word of the prompt is known'
        if masks:
            expected = masks if split == 'train' else (224, 224) if name == 'avss' else (pixels.SIZE, pixels.SIZE)
            assert tuple(packed['data_samples'].gt_masks.shape) == (T, *expected)
