"""AVDataSample: annotations and predictions of one sample."""
from mmengine.structures import BaseDataElement


class AVDataSample(BaseDataElement):
    """One sample of one benchmark. Everything routes on ``benchmark``, never on position.

    Meta information (``sample.benchmark``; set through ``metainfo``): ``benchmark`` (str), ``sample_id`` (str, or int for
    questions; the official id), and what a metric or a picture needs (``video_path``, ``question``, ``question_type``, ...).

    Data, by benchmark (T seconds, K classes):

    * ``ave``: ``gt_segments`` int64[T], class index, background = 28; ``gt_label`` int64[] (weak, video level);
      ``pred_segments`` int64[T], ``pred_scores`` float[T, 29].
    * ``llp``: ``gt_video`` float[25] (weak), ``gt_audio`` and ``gt_visual`` float[T, 25] in val and test;
      ``pred_audio`` and ``pred_visual`` bool[T, 25].
    * ``music_avqa``: ``gt_answer`` int64[], index of the 42 answers; ``pred_answer`` int64[], ``pred_scores`` float[42].
    """
