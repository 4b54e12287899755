from types import SimpleNamespace

import pytest

from avreg.engine import FeaturePassportHook
from avreg.errors import ConfigError

VGGISH = dict(encoder='vggish', weights_sha256='1', hop='second', step=1.0, segments=10, exact=True, layout='ave', batch_size=64)


def loader(**passports):
    """Benchmark -> passport of its sound features."""
    return SimpleNamespace(dataset=SimpleNamespace(feature_passports={name: dict(audio=p) for name, p in passports.items()}))


def runner(train, val=None, test=None, resume=False):
    return SimpleNamespace(train_dataloader=train, _val_loop=val and SimpleNamespace(), val_loop=SimpleNamespace(dataloader=val),
                           _test_dataloader=test and dict(dataset=test.dataset), test_dataloader=test, _resume=resume)


@pytest.fixture(autouse=True)
def no_building(monkeypatch):
    """Configs of test datasets stand for themselves."""
    monkeypatch.setattr('avreg.engine.hooks.feature_passport_hook.DATASETS', SimpleNamespace(build=lambda cfg: SimpleNamespace(**cfg)))


def as_config(one):
    """The loader as a config, whose dataset is one too."""
    return dict(dataset=vars(one.dataset))


@pytest.mark.parametrize('other, told', [
    (VGGISH | dict(weights_sha256='2'), 'weights_sha256: 1 and 2'), (VGGISH | dict(hop=0.32), 'hop: second and 0.32'),
    (VGGISH | dict(segments=60), 'segments: 10 and 60'), (VGGISH | dict(more=1), 'more: not said and 1'),
    (None, 'passport: vggish 1 and none')])
def test_training_and_test_read_features_of_one_kind(other, told):
    train = loader(ave=VGGISH, llp=None)
    same = loader(ave=VGGISH | dict(batch_size=3, layout='plain', checkpoint='x'), llp=None)
    for val, test in ((same, same), (None, None)):
        one = runner(train, val)
        one._test_dataloader = test and as_config(test)
        FeaturePassportHook().before_train(one)
    wrong = loader(ave=other)
    with pytest.raises(ConfigError, match=f'audio features of ave that training reads and those that validation reads are not.*:\n  {told}'):
        FeaturePassportHook().before_train(runner(train, wrong))
    one = runner(train)
    one._test_dataloader = as_config(wrong)
    with pytest.raises(ConfigError, match='those that the test reads'):
        FeaturePassportHook().before_train(one)


def test_benchmarks_trained_together_have_one_encoder_and_lengths_of_their_own():
    FeaturePassportHook().before_train(runner(loader(ave=VGGISH, llp=None, music_avqa=VGGISH | dict(segments=60, exact=False))))
    with pytest.raises(ConfigError, match='the features of audio of ave and those of audio of llp .*:\n  encoder: vggish and clip'):
        FeaturePassportHook().before_train(runner(loader(ave=VGGISH, music_avqa=None, llp=VGGISH | dict(encoder='clip'))))


def test_a_checkpoint_is_held_against_the_test_and_against_the_training_that_goes_on():
    hook, checkpoint = FeaturePassportHook(), dict(meta={})
    hook.before_train(runner(loader(ave=VGGISH)))
    hook.before_save_checkpoint(None, checkpoint)
    other = loader(ave=VGGISH | dict(weights_sha256='2'))
    later = FeaturePassportHook()
    later.after_load_checkpoint(None, checkpoint)
    later.before_test(runner(None, test=loader(ave=VGGISH)))
    with pytest.raises(ConfigError, match='that the checkpoint was trained on and those that the test reads'):
        later.before_test(runner(None, test=other))
    with pytest.raises(ConfigError, match='and those that the training goes on with'):
        later.before_train(runner(other, resume=True))
    # A model trained elsewhere may learn from other features.
    later.before_train(runner(other))
    later.before_test(runner(None, test=other))


def test_media_and_foreign_checkpoints_are_let_be():
    hook = FeaturePassportHook()
    hook.before_train(runner(SimpleNamespace(dataset=object())))
    assert hook.trained_on == {}
    hook.after_load_checkpoint(None, dict(state_dict={}))
    hook.before_test(runner(None, test=loader(ave=VGGISH)))
    assert hook.trained_on is None
