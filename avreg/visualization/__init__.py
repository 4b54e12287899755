"""Pictures from samples, predictions and AVFeatures.maps."""
from .parsing_figure import parsing_figure
from .places_figure import places_figure

__all__ = ['parsing_figure', 'places_figure']
