"""What a model costs."""
import pytest
import torch
from mmengine.registry import init_default_scope

from avreg.apis.complexity import made_up_item, measure_flops, measure_time, without_missing_files
from avreg.config import load_config
from avreg.registry import MODELS


@pytest.fixture(scope='module')
def tspm(request):
    """The published model, and a made-up question."""
    cfg = load_config(request.config.rootpath / 'configs/tspm/tspm_clip_vit_l14_vggish_music_avqa.py')
    init_default_scope('avreg')
    return MODELS.build(cfg.model).eval(), made_up_item(cfg.test_dataloader.dataset.datasets[0], cfg.model)


def test_parameters_and_operations_of_tspm(tspm):
    model, item = tspm
    assert {kind: tuple(x.shape) for kind, x in item['inputs'].items()} == dict(
        audio=(60, 128), visual=(60, 768), patches=(60, 14, 1024), text=(768, ), prompt=(768, ))
    parts = {part.name: part for part in measure_flops(model, item)}
    assert sum(part.parameters for part in parts.values()) == sum(p.numel() for p in model.parameters())
    # 60 segments of two modalities, two linear layers.
    assert parts['necks.0'].flops == 2 * 60 * 512 * (128 + 768)
    assert parts['necks.1'].trainable == 0 and parts['necks.1'].flops == 2 * (60 + 1) * 512 * 512 + 2 * 768 * 512 + 2 * 60 * 512
    # Queries, keys, values and output of two attentions, and two layers, for 120 tokens; scores and sums of 60 x 60.
    assert parts['necks.3'].flops == 2 * 120 * 10 * 512**2 + 2 * 2 * 120 * 2 * 60 * 512


def test_time_is_positive(tspm):
    assert 0 < measure_time(*tspm, batch_size=2, repeats=1) < 60_000


@pytest.mark.parametrize('path', ['configs/tspm/tspm_avworld.py', 'configs/tspm/tspm_avworld_avqa.py', 'configs/avunified/all_tasks.py',
                                  'configs/ccnet/ccnet_avworld.py', 'configs/ssuformer/ssuformer_avworld.py'])
def test_a_made_up_sample_fits_a_model_on_media(request, path):
    cfg = load_config(request.config.rootpath / path)
    init_default_scope('avreg')
    model = MODELS.build(cfg.model).eval()
    for dataset in cfg.test_dataloader.dataset.datasets:
        item = made_up_item(dataset, cfg.model)
        parts = {part.name: part for part in measure_flops(model, item)}
        assert parts['backbones.visual'].flops > 2e7 and sum(part.flops for name, part in parts.items() if name.startswith('heads')) > 1e5
        assert torch.is_tensor(item['inputs']['text'])


def test_what_is_not_there_is_replaced_or_left_out(request):
    cfg = load_config(request.config.rootpath / 'configs/ssuformer/ssuformer_vggish_pvtv2_b5_f_music.py')
    notes = without_missing_files(cfg.model)
    head = cfg.model.heads.f_music
    assert len(notes) == 5 and sum('random weights' in note for note in notes) == 3
    assert 'model.heads.f_music.expert: weights/llava-1.5-7b-hf is not there; left out' in notes
    assert head.expert is None and head.region_encoder.checkpoint is None and cfg.model.backbones.visual.checkpoint is None
    assert len(head.captions.tokenizer.type()) == 49408


def test_only_necks_that_a_benchmark_passes_say_how_long_its_clips_are(request):
    cfg = load_config(request.config.rootpath / 'configs/avunified/all_tasks_plus.py')
    steps = {dataset.type.benchmark: made_up_item(dataset, cfg.model)['inputs']['audio'].shape[0] for dataset in cfg.test_dataloader.dataset.datasets}
    assert {steps[name] for name in ('ave', 'llp')} == {10} and steps['avs_s4'] == 5 and steps['unav100'] > 10
