"""Pure metric functions: numpy in, percent (unrounded float64) out. Training, testing and submissions share them."""
from .ave import ave_accuracy
from .avqa import avqa_accuracy
from .avs import AVSStatistics, avs_clip_scores, avs_scores, avs_statistics
from .avss import AVSSStatistics, avss_resampled_scores, avss_scores, avss_statistics
from .llp import llp_f_scores, llp_video_f_scores
from .music_avqa import QUESTION_GROUPS, music_avqa_accuracy
from .trivial import (TrueCounts, avs_trivial_counts, avs_trivial_scores, avss_trivial_counts, avss_trivial_scores,
                      vggss_trivial_ious, vggss_trivial_scores)
from .unav100 import TimedEvents, distinct_events, unav100_resampled_scores, unav100_scores
from .vggss import consensus_iou, vggss_clip_scores, vggss_iou, vggss_scores

__all__ = [
    'AVSSStatistics', 'AVSStatistics', 'QUESTION_GROUPS', 'TimedEvents', 'TrueCounts', 'ave_accuracy', 'avqa_accuracy',
    'avs_clip_scores', 'avs_scores', 'avs_statistics', 'avs_trivial_counts', 'avs_trivial_scores', 'avss_resampled_scores',
    'avss_scores', 'avss_statistics', 'avss_trivial_counts', 'avss_trivial_scores', 'consensus_iou', 'distinct_events', 'llp_f_scores',
    'llp_video_f_scores', 'music_avqa_accuracy', 'unav100_resampled_scores', 'unav100_scores', 'vggss_clip_scores', 'vggss_iou',
    'vggss_scores', 'vggss_trivial_ious', 'vggss_trivial_scores',
]
