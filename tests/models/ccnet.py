"""The reduced CCNet of the golden cases, and its inputs."""
import numpy as np
import torch

from avreg.models.checkpoints import convert_ccnet
from avreg.registry import MODELS
from avreg.structures import AVDataSample
from tests.models.golden import DATA, fill_by_name, load_keys

K, T, LENGTHS = 7, 64, (64, 41, 19)
GRID = dict(fps=16, window=16, stride=4)


def golden(name: str) -> dict[str, np.ndarray]:
    with np.load(DATA / f'ccnet/{name}.npz') as file:
        return dict(file)


def ccnet_config(tiled_masks: bool = False, loose_gates: bool = True, **head) -> dict:
    """Sizes of ``keys_small.json``, everything else as published."""
    common = dict(channels=32, max_length=T)
    return dict(
        type='AVModel',
        backbones=dict(audio=dict(type='FeatureIdentity', field='audio', width=8),
                       visual=dict(type='FeatureIdentity', field='visual', width=24)),
        necks=[dict(type='UnimodalEncoder', audio_channels=8, visual_channels=24, **common),
               dict(type='CMCC', loose_gates=loose_gates, **common),
               dict(type='MTGC', channels=64, num_classes=K, max_length=T, tiled_masks=tiled_masks)],
        heads=dict(unav100=dict(type='DenseEventHead', channels=64, head_channels=32, num_classes=K, grid=GRID, **head)))


def golden_ccnet(**options) -> torch.nn.Module:
    """The network with the weights of the golden cases."""
    model = MODELS.build(ccnet_config(**options))
    model.load_state_dict(convert_ccnet(fill_by_name(load_keys('ccnet/keys_small.json')))[0])
    return model.eval()


def golden_inputs(case: dict[str, np.ndarray], videos=(0, 1, 2)) -> dict[str, torch.Tensor]:
    """As AVDataPreprocessor gives them."""
    videos = list(videos)
    audio, visual = (torch.from_numpy(case[name][videos]).transpose(1, 2) for name in ('audio', 'visual'))
    lengths = torch.tensor(LENGTHS)[videos]
    valid = torch.arange(T) < lengths[:, None]
    steps = int(lengths.max())
    return dict(audio=audio[:, :steps], visual=visual[:, :steps], valid=valid[:, :steps], clip=torch.arange(len(videos)))


def golden_samples(targets: dict[str, np.ndarray]) -> list[AVDataSample]:
    samples = []
    for i in range(3):
        sample = AVDataSample(metainfo=dict(benchmark='unav100', sample_id=str(i), duration=60.0))
        sample.gt_spans = torch.from_numpy(targets[f'gt{i}_seconds']).double()
        sample.gt_span_labels = torch.from_numpy(targets[f'gt{i}_labels'])
        samples.append(sample)
    return samples
