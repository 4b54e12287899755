import pytest
from mmengine.config import Config

from avreg.engine import scale_lr
from avreg.errors import ConfigError


def config(batch_size, settings, **optimizer):
    return Config(dict(train_dataloader=dict(batch_size=batch_size), auto_scale_lr=settings, optim_wrapper=dict(optimizer=optimizer)))


@pytest.mark.parametrize('batch_size, settings, world_size, factor', [
    (8, dict(enable=True, base_batch_size=16), 4, 2), (8, dict(enable=True, base_batch_size=16), 1, 0.5),
    (dict(ave=3, llp=5), dict(enable=True, base_batch_size=16), 4, 4), (dict(ave=3), dict(enable=True), 1, 1),
    (8, dict(enable=False, base_batch_size=16), 4, 1), (8, None, 4, 1)])
def test_the_rate_grows_with_the_samples_of_an_iteration(batch_size, settings, world_size, factor):
    cfg = config(batch_size, settings, type='Adam', lr=0.1)
    assert scale_lr(cfg, world_size) == factor and cfg.optim_wrapper.optimizer.lr == pytest.approx(0.1 * factor)
    # MMEngine does not scale it once more.
    assert not (cfg.auto_scale_lr or {}).get('enable')


def test_what_cannot_be_scaled_is_refused():
    with pytest.raises(ConfigError, match='needs base_batch_size'):
        scale_lr(config(8, dict(enable=True), lr=0.1), 2)
    with pytest.raises(ConfigError, match=r'scales optim_wrapper\.optimizer\.lr, and .* has none'):
        scale_lr(config(dict(ave=8), dict(enable=True), type='Adam'), 2)
