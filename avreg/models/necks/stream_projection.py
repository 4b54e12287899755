"""StreamProjection: features of pretrained encoders, brought to one width."""
from __future__ import annotations

from collections.abc import Mapping

from mmengine.model import BaseModule
from torch import nn

from avreg.registry import MODELS
from avreg.structures import AVFeatures


@MODELS.register_module()
class StreamProjection(BaseModule):
    """A linear layer for each stream. Stored features and encoders that give their own widths need it before other necks; what the
    encoders gave stays in ``encoded_audio``, ``encoded_visual`` and ``encoded_patches``.

    Needs and changes: the streams of ``widths``.

    Args:
        channels: width D.
        widths: field of AVFeatures -> its width so far; audio and visual of width D unless given.
        init_cfg: MMEngine initialisation.
    """

    shares_clips = True

    def __init__(self, channels: int = 512, widths: Mapping[str, int] | None = None, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.project = nn.ModuleDict({
            name: nn.Linear(width, channels) for name, width in (widths or dict(audio=channels, visual=channels)).items()
        })

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """The streams, float[..., D]."""
        for name, linear in self.project.items():
            feats.require(name, by='StreamProjection', width=linear.in_features, key=f'widths.{name}')
        return feats.replace(**{name: linear(getattr(feats, name)) for name, linear in self.project.items()})
