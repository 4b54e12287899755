import json

import pytest

from avreg.apis import prepare_data
from avreg.config import ConfigError, load_config


def prepared(repo, root, config='ccnet/ccnet_avworld', **options):
    """``prepare_data`` of a config whose UnAV-100 lies in ``root``; nothing is decoded."""
    settings = {'data_roots.unav100': str(root), 'data_preparation': [], 'fill_cache': False, **options}
    prepare_data(load_config(repo / f'configs/{config}.py', settings))


def annotated(root, seconds):
    """Annotations of a video a split, without any media."""
    (root / 'annotations').mkdir(parents=True)
    database = {f'{subset}_video': dict(duration=seconds, subset=subset, annotations=[]) for subset in ('train', 'validation', 'test')}
    (root / 'annotations/unav100_annotations.json').write_text(json.dumps(dict(database=database)))
    return root


def test_a_longer_video_is_refused_before_anything_is_decoded(repo, tmp_path):
    root = annotated(tmp_path, 57.6)
    with pytest.raises(ConfigError, match=r'unav100 validation in \S+ has a video of 58 segments \(validation_video\), but '
                       r'UnimodalEncoder\(max_length=40\).*ccnet_embedded_unav100'):
        prepared(repo, root)
    prepared(repo, root, 'ccnet/ccnet_embedded_unav100')
    prepared(repo, root, 'avunified/all_tasks_plus', benchmarks=['unav100'])
    prepared(repo, root, 'ccnet/ccnet_onepeace_unav100')


def test_a_video_of_avworlds_length_is_taken(repo, tmp_path):
    prepared(repo, annotated(tmp_path / 'as_long', 40.4))
    with pytest.raises(ConfigError, match='has a video of 41 segments'):
        prepared(repo, annotated(tmp_path / 'longer', 40.6))


@pytest.mark.parametrize('config', ['ccnet_embedded_unav100', 'ccnet_i3d_vggish_unav100', 'ccnet_onepeace_unav100'])
def test_the_official_videos_fit_the_configs_that_are_for_them(repo, shared_dir, config):
    prepared(repo, shared_dir / 'data/unav100', f'ccnet/{config}')
    with pytest.raises(ConfigError, match='has a video of 60 segments'):
        prepared(repo, shared_dir / 'data/unav100')
