"""Pictures from samples, predictions and AVFeatures.maps."""
from .events_figure import events_figure
from .parsing_figure import parsing_figure
from .places_figure import places_figure
from .question_figure import question_figure
from .save_figure import save_figure
from .ssu_figure import ssu_figure

__all__ = ['events_figure', 'parsing_figure', 'places_figure', 'question_figure', 'save_figure', 'ssu_figure']
