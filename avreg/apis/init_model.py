"""init_model: a trained model from a config and a checkpoint."""
from __future__ import annotations

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint

from avreg.engine import check_whole
from avreg.models import AVModel
from avreg.registry import MODELS


def init_model(cfg: Config, checkpoint: str | None = None, device: str = 'cpu') -> AVModel:
    """Build ``cfg.model``, load ``checkpoint`` (every key must fit) and set evaluation mode.

    Args:
        cfg: as :func:`avreg.config.load_config` gives it.
        checkpoint: file; None keeps the random weights.
        device: where the model goes.

    Raises:
        ValueError: the file is damaged.
    """
    init_default_scope(cfg.get('default_scope', 'avreg'))
    model = MODELS.build(cfg.model)
    if checkpoint is not None:
        check_whole(checkpoint)
        load_checkpoint(model, checkpoint, map_location='cpu', strict=True)
    return model.to(device).eval()
