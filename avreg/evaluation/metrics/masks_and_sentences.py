"""MasksAndSentences: the metric of region-aware sound source understanding."""
from typing import Any

import numpy as np

from avreg.registry import METRICS

from ..collection import Entry
from ..functional.captions import bleu_of_statistics, bleu_statistics, meteor, require_meteor, rouge_l, tokenize
from .avs_object import AVSObject


@METRICS.register_module()
class MasksAndSentences(AVSObject):
    """mIoU and F-score of the masks, BLEU-4, ROUGE-L and METEOR of the sentences (:mod:`avreg.evaluation.functional.captions`).

    Reads, beside what :class:`AVSObject` reads, ``pred_descriptions`` and ``descriptions``, T strings each.

    Args:
        benchmark: ``'f_music'`` or ``'f_lifescene'``.
        skip_meteor: leave METEOR out, which needs Java and pycocoevalcap.
        masks: False leaves the masks out, for models that say sentences alone; BenchmarkEvaluator then needs another main metric.

    Raises:
        ConfigError: METEOR is wanted and cannot be computed here. At once, and not behind hours of training.
    """

    def __init__(self, benchmark: str | None = None, skip_meteor: bool = False, masks: bool = True) -> None:
        super().__init__(benchmark)
        self.skip_meteor, self.masks = skip_meteor, masks
        if not skip_meteor:
            require_meteor()

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """As AVSObject, and the tokens of each sentence.

        Raises:
            ValueError: a field is missing, another number of sentences than the clip has, or see :meth:`AVSObject.to_entry`.
        """
        entry = super().to_entry(sample) if self.masks else Entry(self.sample_id(sample), {}, {})
        found, true = (self.array(sample, field).tolist() for field in ('pred_descriptions', 'descriptions'))
        with self.naming(sample):
            if len(found) != len(true):
                raise ValueError(f'{len(found)} descriptions, but the clip has {len(true)} annotated frames')
        return Entry(entry.sample_id, {**entry.prediction, 'tokens': [tokenize(text) for text in found]},
                     {**entry.truth, 'descriptions': true})

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """``miou``, ``fscore``, ``bleu``, ``rouge_l`` and ``meteor``, those that are not left out, in percent."""
        statistics = self._sentence_statistics(results).sum(0)
        scores = (super().compute_metrics(results) if self.masks else {}) | _sentence_scores(statistics)
        if self.skip_meteor:
            return scores
        found = [tokens for entry in results for tokens in entry.prediction['tokens']]
        true = [tokenize(text) for entry in results for text in entry.truth['descriptions']]
        return {**scores, 'meteor': meteor(found, true)}

    def resampled_scores(self, results: list[Entry], counts: np.ndarray) -> dict[str, np.ndarray]:
        """All but ``meteor``, for which the Java program would have to run for every resample."""
        statistics = counts @ self._sentence_statistics(results)
        return (super().resampled_scores(results, counts) if self.masks else {}) | _sentence_scores(statistics)

    def sample_scores(self, results: list[Entry]) -> dict[str, np.ndarray]:
        """Those of the masks."""
        return super().sample_scores(results) if self.masks else {}

    def asides(self, results: list[Entry]) -> dict[str, float]:
        """Those of the masks."""
        return super().asides(results) if self.masks else {}

    def trivial_scores(self, results: list[Entry]) -> dict[str, dict[str, float]]:
        """Those of the masks."""
        return super().trivial_scores(results) if self.masks else {}

    @staticmethod
    def _sentence_statistics(results: list[Entry]) -> np.ndarray:
        """Sums over the sentences of each clip, float64[N, 12]: those of BLEU, ROUGE-L, and how many there are."""
        rows = []
        for entry in results:
            pairs = [(found, tokenize(text)) for found, text in zip(entry.prediction['tokens'], entry.truth['descriptions'])]
            rows.append(sum(np.array([*bleu_statistics(*pair), rouge_l(*pair), 1.0]) for pair in pairs))
        return np.stack(rows)


def _sentence_scores(sums: np.ndarray) -> dict[str, Any]:
    """``bleu`` and ``rouge_l`` of sums over sentences, [..., 12]."""
    return {'bleu': bleu_of_statistics(sums[..., :10]), 'rouge_l': sums[..., 10] / sums[..., 11]}
