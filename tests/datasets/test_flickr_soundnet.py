import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope

from avreg.config import load_config
from avreg.datasets import FlickrSoundNet, collate_clips
from avreg.datasets.flickr_soundnet import consensus_map, read_annotators_boxes
from avreg.datasets.names import read_names
from avreg.registry import DATASETS, EVALUATOR, MODELS

from . import pixels

LOAD = [dict(type='LoadPair'), dict(type='LogMel'), dict(type='PackAVInputs')]


@pytest.fixture
def root(tmp_path):
    return pixels.make_flickr(tmp_path / 'flickr')


def test_map_is_half_of_the_votes(root):
    sample = FlickrSoundNet(str(root), pipeline=LOAD)[0]
    votes = np.zeros((256, 256), np.float32)
    votes[64:256, 0:128] += 1
    votes[64:128, 64:128] += 1
    votes[64:128, 0:128] += 1
    assert sample['data_samples'].gt_map.numpy() == pytest.approx(np.minimum(1, votes / 2))
    assert sample['inputs']['audio'].shape == (3, 1, 96, 64) and sample['data_samples'].sample_id == '10000130166'


def test_map_of_another_size_scales_the_boxes(root):
    found = FlickrSoundNet(str(root), map_size=224).get_data_info(1)['gt_map']
    assert found.shape == (224, 224) and found[56:112, :112].min() == 1 and found[112:, :112].max() == 0.5
    assert consensus_map(np.array([[3, 0, 255, 256]]), 224).sum() == 0.5 * (223 - 2) * 224


def test_lists(root):
    (root / 'flickr_test.csv').unlink()
    (root / 'test_list.txt').write_text('10000130166.png\n')
    assert len(FlickrSoundNet(str(root))) == 1
    (root / 'test_list.txt').write_text('3908875350.png\n')
    pixels.make_flickr(root / 'other', ('3908875357',))
    with pytest.warns(UserWarning, match='3908875350 is read as 3908875357'):
        assert FlickrSoundNet(str(root / 'other'), ann_file=str(root / 'test_list.txt'))[0]['sample_id'] == '3908875357'


def test_only_a_test_split(root):
    with pytest.raises(ValueError, match="FlickrSoundNet.split='train' is not one of 'test'"):
        FlickrSoundNet(str(root), 'train')


@pytest.mark.parametrize('content, message', [('<a>', 'not XML'), ('<a><b/></a>', 'no <bbox>'),
                                              ('<a><b><bbox><x>1</x><x>2</x></bbox></b></a>', 'xmin, ymin, xmax, ymax')])
def test_malformed_annotation(root, content, message):
    path = root / 'Annotations/10007936344.xml'
    path.write_text(content)
    with pytest.raises(ValueError, match=rf'10007936344\.xml: .*{message}'):
        FlickrSoundNet(str(root))
    path.unlink()
    with pytest.raises(FileNotFoundError, match='the boxes of 10007936344'):
        FlickrSoundNet(str(root))


def test_boxes_of_all_annotators(root):
    boxes = read_annotators_boxes(root / 'Annotations/10000130166.xml')
    assert boxes.tolist() == [[0, 64, 128, 256], [64, 64, 128, 128], [-3, 64, 128, 128]]


def test_real_lists(shared_dir):
    short = read_names(shared_dir / 'data/vggss/metadata/flickr_test.csv')
    long = read_names(shared_dir / 'data/flickr_soundnet/test_list.txt')
    assert len(short) == 249 and short[0] == '10000130166' and len(long) == 250
    assert set(long) - set(short) == {'3908875357'} and not set(short) - set(long)


def test_the_config_scores_the_localization_head_on_it(repo, root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the cache
    cfg = load_config(repo / 'configs/avunified/flickr_soundnet.py', {'data_roots.flickr_soundnet': str(root)})
    init_default_scope('avreg')
    dataset, evaluator = DATASETS.build(cfg.test_dataloader.dataset), EVALUATOR.build(cfg.test_evaluator)
    model = MODELS.build(cfg.model).eval()
    with torch.no_grad():
        predicted = model.test_step(collate_clips([dataset[i] for i in range(2)]))
    evaluator.process(predicted)
    assert {'flickr_soundnet/ciou', 'flickr_soundnet/auc', 'score'} == set(evaluator.evaluate(2))
    assert set(evaluator.baselines) == {'whole image', 'centre box', 'all background'}
