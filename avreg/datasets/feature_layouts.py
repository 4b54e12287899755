"""Where the feature files of each benchmark lie, and what their rows are."""
from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from avreg.errors import ConfigError, did_you_mean

from .feature_sampling import FeatureSampling
from .llp import llp_video_id


def _own_id(stem: str) -> str:
    """A video is called as its file."""
    return stem


def _llp_id(stem: str) -> str:
    """The 11 characters; the seconds of a clip, where its file is called by them too, are left out."""
    return stem if len(stem) == 11 else llp_video_id(stem, stem)


@dataclasses.dataclass(frozen=True)
class FeatureLayout:
    """The feature files of a benchmark.

    Args:
        name: of the layout.
        title: one line about it, for people.
        sampling: of its rows.
        files: family of encoders ('vggish', 'clip', 'clip_tokens', ...) -> file of a video, with ``{id}`` and ``{label}``, what the encoder
            calls itself, e.g. ``ViT-L14@336px``; '' -> that of all others.
        video_id: from the stem of a video's file to its id.
    """

    name: str
    title: str
    sampling: FeatureSampling
    files: Mapping[str, str]
    video_id: Callable[[str], str] = _own_id

    def pattern(self, family: str, label: str) -> str:
        """The file of a video, with ``{id}`` to be filled in."""
        return self.files.get(family, self.files['']).replace('{label}', label)


_TSPM = {
    'vggish': 'vggish/{id}.npy',
    'clip': 'clip_feats/frame_1fps_{label}/{id}.npy',
    'clip_tokens': 'ToMe_feat/{label}/{id}.npy',
    '': '{label}/{id}.npy',
}
_BY_ENCODER = {'clip': 'clip_{label}/{id}.npy', '': '{label}/{id}.npy'}
LAYOUTS = {
    layout.name: layout for layout in (
        FeatureLayout('plain', 'one folder an encoder, all seconds of every video', FeatureSampling(), _BY_ENCODER),
        FeatureLayout('ave', 'as plain, 10 seconds', FeatureSampling(segments=10, exact=True), _BY_ENCODER),
        FeatureLayout('llp', 'feats/<encoder>/<11 characters>.npy, 10 seconds', FeatureSampling(segments=10, exact=True),
                      {family: f'feats/{pattern}' for family, pattern in _BY_ENCODER.items()}, _llp_id),
        FeatureLayout('music_avqa', 'vggish/, clip_feats/frame_1fps_<variant>/, ToMe_feat/tome<tokens>/, the first 60 seconds',
                      FeatureSampling(segments=60), _TSPM),
        FeatureLayout('tspm', 'the same as music_avqa', FeatureSampling(segments=60), _TSPM),
        FeatureLayout('avqa', 'as music_avqa, 10 seconds', FeatureSampling(segments=10, exact=True), _TSPM),
        FeatureLayout('unav100', 'av_features/<id>_<encoder>.npy, 0.96 s every 0.32 s', FeatureSampling(hop=0.32),
                      {'vggish': 'av_features/{id}_vggish.npy', 'clip': 'av_features/{id}_clip.npy', '': 'av_features/{id}_{label}.npy'}),
    )
}


def get_layout(name: str) -> FeatureLayout:
    """A layout by its name.

    Raises:
        ConfigError: there is none of this name.
    """
    if name not in LAYOUTS:
        raise ConfigError(f'there is no layout {name!r}{did_you_mean(name, LAYOUTS)}')
    return LAYOUTS[name]
