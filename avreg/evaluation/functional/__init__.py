"""Pure metric functions: numpy in, percent (unrounded float64) out. Training, testing and submissions share them."""
from .ave import ave_accuracy
from .llp import llp_f_scores
from .music_avqa import QUESTION_GROUPS, music_avqa_accuracy

__all__ = ['QUESTION_GROUPS', 'ave_accuracy', 'llp_f_scores', 'music_avqa_accuracy']
