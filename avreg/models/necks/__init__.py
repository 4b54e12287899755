"""Modules that take AVFeatures and give new AVFeatures."""
from .cross_modal_spm import CrossModalSPM
from .multi_scale_tpm import MultiScaleTPM
from .position_encoding import PositionEncoding
from .task_prompt_guidance import TaskPromptGuidance

__all__ = ['CrossModalSPM', 'MultiScaleTPM', 'PositionEncoding', 'TaskPromptGuidance']
