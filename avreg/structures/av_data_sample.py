"""AVDataSample: annotations and predictions of one sample."""
from mmengine.structures import BaseDataElement


class AVDataSample(BaseDataElement):
    """One sample of one benchmark. Everything routes on ``benchmark``, never on position.

    Meta information (``sample.benchmark``; set through ``metainfo``): ``benchmark`` (str), ``sample_id`` (str, or int for
    questions; the official id), and what a metric or a picture needs (``video_path``, ``question``, ``question_type``, ...).
    ``sample_idx`` (int; position of the sample in the annotations of its split, as MMEngine's datasets count) is needed
    only where the order matters: by :class:`AVSObject` with ``fscore_batch`` above 1.

    Data, by benchmark (T seconds or annotated frames, K classes):

    * ``ave``: ``gt_segments`` int64[T], class index, background = 28; ``gt_label`` int64[] (weak, video level);
      ``pred_segments`` int64[T], ``pred_scores`` float[T, 29].
    * ``llp``: ``gt_video`` float[25] (weak), ``gt_audio`` and ``gt_visual`` float[T, 25] in val and test;
      ``pred_audio`` and ``pred_visual`` bool[T, 25].
    * ``music_avqa``: ``gt_answer`` int64[], index of the 42 answers; ``pred_answer`` int64[], ``pred_scores`` float[42].
    * ``avqa``: ``gt_answer`` and ``pred_answer`` int64[], the place of the choice.
    * ``unav100``: ``gt_spans`` and ``pred_spans`` float64[n, 2] (start and end, seconds), ``gt_span_labels`` and
      ``pred_span_labels`` int64[n] of 100, ``pred_span_scores`` float[n]; for pictures ``gate_audio``, ``gate_visual`` and
      ``gate_times`` float[T] (CCNet's gates, and the seconds they stand for).
    * ``vggss``, in val and test: ``gt_boxes`` float64[n, 4], x1, y1, x2, y2 as fractions 0..1 of the frame; ``gt_label``
      int64[] of 221; ``pred_heatmap`` float[h, w], any size and range, higher = sounding.
    * ``flickr_soundnet``: ``gt_map`` float[H, W] in 0..1, the consensus of the annotators.
    * ``avs_s4``, ``avs_ms3``: ``gt_masks`` float[T, H, W] in 0..1 and ``labelled`` bool[T]; masks of frames that are not
      labelled are zero and mean nothing. In val and test at the size of the files, real-valued for ``avs_ms3`` (v / 255).
      ``pred_prob`` float[T, H, W] in 0..1, after the sigmoid, at the size of the masks.
    * ``f_music``, ``f_lifescene``: as ``avs_ms3``, and ``descriptions`` (meta information) and ``pred_descriptions``, T strings; in
      training ``gt_captions`` int64[T, N], the descriptions as tokens from begin to end, then 0.
    * ``avss``: ``gt_masks`` uint8[T, H, W], class index, background = 0, and ``labelled`` bool[T]; ``subset`` (meta
      information) is v1s or v1m (T = 5) or v2 (T = 10). ``pred_labels`` uint8[T, H, W], real frames only.
    """
