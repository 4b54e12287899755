"""MasksAndSentences: the metric of region-aware sound source understanding."""
from typing import Any

from avreg.registry import METRICS

from ..collection import Entry
from ..functional.captions import bleu, meteor, rouge_l, tokenize
from .avs_object import AVSObject


@METRICS.register_module()
class MasksAndSentences(AVSObject):
    """mIoU and F-score of the masks, BLEU-4, ROUGE-L and METEOR of the sentences (:mod:`avreg.evaluation.functional.captions`).

    Reads, beside what :class:`AVSObject` reads, ``pred_descriptions`` and ``descriptions``, T strings each.

    Args:
        benchmark: ``'f_music'`` or ``'f_lifescene'``.
        skip_meteor: leave METEOR out, which needs Java and pycocoevalcap.
    """

    def __init__(self, benchmark: str | None = None, skip_meteor: bool = False) -> None:
        super().__init__(benchmark)
        self.skip_meteor = skip_meteor

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """As AVSObject, and the tokens of each sentence."""
        entry = super().to_entry(sample)
        found, true = (self.array(sample, field).tolist() for field in ('pred_descriptions', 'descriptions'))
        with self.naming(sample):
            if len(found) != len(true):
                raise ValueError(f'{len(found)} descriptions, but the clip has {len(true)} annotated frames')
        return Entry(entry.sample_id, {**entry.prediction, 'tokens': [tokenize(text) for text in found]},
                     {**entry.truth, 'descriptions': true})

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """``miou``, ``fscore``, ``bleu``, ``rouge_l`` and, unless it is left out, ``meteor``, in percent."""
        found = [tokens for entry in results for tokens in entry.prediction['tokens']]
        true = [tokenize(text) for entry in results for text in entry.truth['descriptions']]
        scores = super().compute_metrics(results)
        scores |= {'bleu': bleu(found, true), 'rouge_l': sum(map(rouge_l, found, true)) / len(true)}
        return scores if self.skip_meteor else {**scores, 'meteor': meteor(found, true)}
