"""Pictures from samples, predictions and AVFeatures.maps."""
from .parsing_figure import parsing_figure

__all__ = ['parsing_figure']
