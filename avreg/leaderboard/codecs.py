"""Row codecs: one line of predictions.jsonl <-> the arrays that the metrics take, one codec a benchmark.

``decode`` undoes ``encode`` exactly. The arrays of a prediction have the names they have in the metrics: ``ave``:
``segments`` int64[T]; ``llp``: ``audio`` and ``visual`` bool[T, K]; ``music_avqa``: ``answer`` int64[]. Those of the
benchmarks about places are too large for a line: ``arrays/<id>.npz`` holds them (:class:`ArrayCodec`).
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from avreg.benchmarks import BenchmarkCard, get_card


class RowCodec(ABC):
    """How the prediction of one sample of one benchmark is written.

    Args:
        benchmark: name of the benchmark, whose card gives labels and number of seconds.

    ``id_type`` is the type of the official id, ``id_field`` the field of a sample that holds it, and ``fields`` maps
    the name of each array of a prediction to the field of a sample that the head sets.
    """

    id_type: type = str
    id_field: str = 'sample_id'
    fields: dict[str, str]

    def __init__(self, benchmark: str) -> None:
        self.card: BenchmarkCard = get_card(benchmark)

    @abstractmethod
    def encode(self, prediction: dict[str, np.ndarray]) -> dict[str, Any]:
        """The row without its id: data that JSON can hold."""

    @abstractmethod
    def decode(self, row: dict[str, Any], where: str) -> dict[str, np.ndarray]:
        """The arrays of a row.

        Raises:
            ValueError: a missing field, an unknown label, a wrong shape or time; names ``where`` (file, line, id).
        """

    def _list(self, row: dict[str, Any], field: str, where: str) -> list:
        if not isinstance(row.get(field), list):
            raise ValueError(f'{where}: {field!r} is {row.get(field)!r}, a list is needed')
        return row[field]

    def _label(self, label: Any, where: str) -> int:
        if not isinstance(label, str):
            raise ValueError(f'{where}: {label!r} is not a label of {self.card.name}, a label is a string')
        if len(label) > 200:
            raise ValueError(f'{where}: a text of {len(label):,} characters is not a label of {self.card.name}')
        return self.card.label_index(label, where)


class AVECodec(RowCodec):
    """``{"segments": [10 class names or "background"]}``."""

    # Samples of a video that is in a split twice have different sample ids; the official id is the video's.
    id_field = 'video_id'
    fields = {'segments': 'pred_segments'}

    def encode(self, prediction: dict[str, np.ndarray]) -> dict[str, Any]:
        """``prediction``: ``segments`` int[T]."""
        return {'segments': [self.card.labels[index] for index in prediction['segments']]}

    def decode(self, row: dict[str, Any], where: str) -> dict[str, np.ndarray]:
        """Gives ``segments`` int64[T].

        Raises:
            ValueError: no list, not an entry for each second, or an unknown label.
        """
        segments = self._list(row, 'segments', where)
        if len(segments) != self.card.num_segments:
            raise ValueError(f"{where}: 'segments' has {len(segments)} entries, {self.card.num_segments} are needed, "
                             'one for each second')
        return {'segments': np.array([self._label(label, where) for label in segments], np.int64)}


class LLPCodec(RowCodec):
    """``{"audio": [[label, onset, offset], ...], "visual": [...]}``; whole seconds, onset <= t < offset."""

    fields = {'audio': 'pred_audio', 'visual': 'pred_visual'}

    def encode(self, prediction: dict[str, np.ndarray]) -> dict[str, Any]:
        """``prediction``: ``audio`` and ``visual`` bool[T, K]. Each maximal run of a class becomes one event."""
        return {name: self._events(prediction[name]) for name in self.fields}

    def decode(self, row: dict[str, Any], where: str) -> dict[str, np.ndarray]:
        """Gives ``audio`` and ``visual`` bool[T, K]. Entries may touch, overlap or be empty (onset = offset).

        Raises:
            ValueError: a list is missing, or an event has another form, an unknown label, or seconds that are not an interval of the clip.
        """
        return {name: self._matrix(self._list(row, name, where), f'{where}, {name}') for name in self.fields}

    def _events(self, matrix: np.ndarray) -> list[list]:
        edges = np.diff(np.pad(np.asarray(matrix, bool), ((1, 1), (0, 0))).astype(np.int8), axis=0)
        # Class by class, so that the n-th beginning and the n-th end belong together.
        labels, onsets = np.nonzero(edges.T == 1)
        offsets = np.nonzero(edges.T == -1)[1]
        return [[self.card.labels[label], int(on), int(off)] for label, on, off in zip(labels, onsets, offsets)]

    def _matrix(self, events: list, where: str) -> np.ndarray:
        seconds = self.card.num_segments
        matrix = np.zeros((seconds, len(self.card.labels)), bool)
        for event in events:
            if not isinstance(event, list) or len(event) != 3:
                raise ValueError(f'{where}: {event!r} is not [label, onset, offset]')
            label, onset, offset = event
            # type() and not isinstance: true is an int to Python, but no time.
            if type(onset) is not int or type(offset) is not int or not 0 <= onset <= offset <= seconds:
                raise ValueError(f'{where}: {event!r} needs whole seconds 0 <= onset <= offset <= {seconds}')
            matrix[onset:offset, self._label(label, where)] = True
        return matrix


class MusicAVQACodec(RowCodec):
    """``{"answer": "two"}``; the id is the question id, an integer."""

    # Question ids repeat in the first release of the annotations, sample ids never do.
    id_field = 'question_id'
    id_type = int
    fields = {'answer': 'pred_answer'}

    def encode(self, prediction: dict[str, np.ndarray]) -> dict[str, Any]:
        """``prediction``: ``answer`` int[]."""
        return {'answer': self.card.labels[int(prediction['answer'])]}

    def decode(self, row: dict[str, Any], where: str) -> dict[str, np.ndarray]:
        """Gives ``answer`` int64[].

        Raises:
            ValueError: no answer, or an unknown one.
        """
        return {'answer': np.array(self._label(row.get('answer'), where), np.int64)}


class AVQACodec(RowCodec):
    """``{"answer": 2}``, the place of the choice from 0; the id is the question id, an integer."""

    id_field = 'question_id'
    id_type = int
    fields = {'answer': 'pred_answer'}

    def encode(self, prediction: dict[str, np.ndarray]) -> dict[str, Any]:
        """``prediction``: ``answer`` int[]."""
        return {'answer': int(prediction['answer'])}

    def decode(self, row: dict[str, Any], where: str) -> dict[str, np.ndarray]:
        """Gives ``answer`` int64[].

        Raises:
            ValueError: no answer, or one that is not the place of a choice.
        """
        answer, choices = row.get('answer'), len(self.card.labels)
        if type(answer) is not int or not 0 <= answer < choices:
            raise ValueError(f"{where}: 'answer' is {answer!r}; the place of a choice, 0 to {choices - 1}, is needed")
        return {'answer': np.array(answer, np.int64)}


class UnAV100Codec(RowCodec):
    """``{"events": [[label, start, end, score], ...]}``; seconds, start <= end."""

    fields = {'spans': 'pred_spans', 'labels': 'pred_span_labels', 'scores': 'pred_span_scores'}

    def encode(self, prediction: dict[str, np.ndarray]) -> dict[str, Any]:
        """``prediction``: ``spans`` float[n, 2], ``labels`` int[n], ``scores`` float[n]."""
        return {'events': [[self.card.labels[label], float(start), float(end), float(score)]
                           for (start, end), label, score in zip(*(prediction[name] for name in self.fields))]}

    def decode(self, row: dict[str, Any], where: str) -> dict[str, np.ndarray]:
        """Gives ``spans`` float64[n, 2], ``labels`` int64[n] and ``scores`` float64[n].

        Raises:
            ValueError: no list, or an event has another form, an unknown label, a number that is too large, or its end before its start.
        """
        events = self._list(row, 'events', where)
        for event in events:
            if not (isinstance(event, list) and len(event) == 4 and all(type(value) in (int, float) for value in event[1:])):
                raise ValueError(f'{where}: {event!r} is not [label, start, end, score] with three numbers')
            # Whole numbers of JSON have no limit.
            if not all(-1e300 < value < 1e300 for value in event[1:]):
                raise ValueError(f'{where}: {event[0]!r} has a number beyond the range of float64')
            if not event[1] <= event[2]:
                raise ValueError(f'{where}: {event!r} ends before it starts')
        labels = [self._label(event[0], where) for event in events]
        numbers = np.array([event[1:] for event in events], np.float64).reshape(-1, 3)
        return {'spans': numbers[:, :2], 'labels': np.array(labels, np.int64), 'scores': numbers[:, 2]}


class ArrayCodec(RowCodec):
    """``{"id"}``; the prediction is one array in ``arrays/<id>.npz``.

    A subclass says what the array is: ``array`` (its name), ``ndim``, ``kind`` (of its dtype, as NumPy's ``dtype.kind``)
    and ``fields``.
    """

    array: str
    ndim: int
    kind: str

    def encode(self, prediction: dict[str, np.ndarray]) -> dict[str, Any]:
        """Nothing: the array goes to its own file (:meth:`check` first)."""
        return {}

    def decode(self, row: dict[str, Any], where: str) -> dict[str, np.ndarray]:
        """Nothing: the array is read when its turn comes, all of them at once could fill the memory."""
        return {}

    def check(self, array: np.ndarray, where: str) -> np.ndarray:
        """The array, if it is one of this benchmark.

        Raises:
            ValueError: another number of dimensions or type, nothing in it, or values that are not allowed; names ``where``.
        """
        if array.ndim != self.ndim or array.dtype.kind not in self.kind or array.size == 0:
            raise ValueError(f'{where}: {self.array!r} is {array.dtype}{list(array.shape)}; {self.ndim} dimensions of '
                             f'{"whole" if "u" in self.kind else "floating point"} numbers are needed')
        self.check_values(array, where)
        return array

    @abstractmethod
    def check_values(self, array: np.ndarray, where: str) -> None:
        """Stop at values that are not allowed.

        Raises:
            ValueError: there are some.
        """


class VGGSSCodec(ArrayCodec):
    """``heatmap`` float[h, w], any size and range, higher = sounding."""

    array, ndim, kind = 'heatmap', 2, 'f'
    fields = {'heatmap': 'pred_heatmap'}

    def check_values(self, array: np.ndarray, where: str) -> None:
        """Finite.

        Raises:
            ValueError: there is a NaN or an infinite value.
        """
        if not np.isfinite(array).all():
            raise ValueError(f"{where}: 'heatmap' holds NaN or infinite values")


class AVSObjectCodec(ArrayCodec):
    """``prob`` float[T, H, W] in 0..1."""

    array, ndim, kind = 'prob', 3, 'f'
    fields = {'prob': 'pred_prob'}

    def check_values(self, array: np.ndarray, where: str) -> None:
        """In 0..1; NaN is not.

        Raises:
            ValueError: there is another value.
        """
        if not (array.min() >= 0 and array.max() <= 1):
            raise ValueError(f"{where}: 'prob' goes from {array.min()} to {array.max()}, 0..1 is needed")


class MasksAndSentencesCodec(AVSObjectCodec):
    """As avs_ms3, and ``{"descriptions": [one text per annotated frame]}``."""

    fields = {'prob': 'pred_prob', 'descriptions': 'pred_descriptions'}
    # Characters; a sentence has a hundred.
    max_length = 10_000

    def encode(self, prediction: dict[str, np.ndarray]) -> dict[str, Any]:
        """``prediction``: ``descriptions`` str[T]."""
        return {'descriptions': [str(text) for text in prediction['descriptions']]}

    def decode(self, row: dict[str, Any], where: str) -> dict[str, np.ndarray]:
        """Gives ``descriptions`` object[T] of strings.

        Raises:
            ValueError: no list, or an entry that is not a text or too long.
        """
        texts = self._list(row, 'descriptions', where)
        for text in texts:
            if not isinstance(text, str) or len(text) > self.max_length:
                raise ValueError(f"{where}: 'descriptions' holds {str(text)[:40]!r}; texts of at most {self.max_length:,} characters are needed")
        return {'descriptions': np.array(texts, object)}


class AVSSemanticCodec(ArrayCodec):
    """``labels`` uint8[T, H, W], class index; background is class 0."""

    array, ndim, kind = 'labels', 3, 'u'
    fields = {'labels': 'pred_labels'}

    def check_values(self, array: np.ndarray, where: str) -> None:
        """Classes of the card.

        Raises:
            ValueError: there is another index.
        """
        if array.max() >= len(self.card.labels):
            raise ValueError(f"{where}: 'labels' holds {array.max()}, the classes are 0 to {len(self.card.labels) - 1}")


_CODECS: dict[str, type[RowCodec]] = {}


def register_row_codec(benchmark: str, codec: type[RowCodec]) -> None:
    """Make the rows of ``benchmark`` writable and readable. A plugin that adds a benchmark calls this.

    Raises:
        ValueError: the benchmark has another codec already.
    """
    if _CODECS.get(benchmark, codec) is not codec:
        raise ValueError(f'{benchmark!r} already has the row codec {_CODECS[benchmark].__name__}')
    _CODECS[benchmark] = codec


def get_row_codec(benchmark: str) -> RowCodec:
    """The codec of ``benchmark``.

    Raises:
        ValueError: no such benchmark, or none with a submission format.
    """
    get_card(benchmark)
    if benchmark not in _CODECS:
        raise ValueError(f'{benchmark!r} has no submission format; those with one: {", ".join(sorted(_CODECS))}. A '
                         'plugin adds one with avreg.leaderboard.register_row_codec')
    return _CODECS[benchmark](benchmark)


register_row_codec('ave', AVECodec)
register_row_codec('llp', LLPCodec)
register_row_codec('music_avqa', MusicAVQACodec)
register_row_codec('avqa', AVQACodec)
register_row_codec('unav100', UnAV100Codec)
register_row_codec('vggss', VGGSSCodec)
register_row_codec('avs_s4', AVSObjectCodec)
register_row_codec('avs_ms3', AVSObjectCodec)
register_row_codec('avss', AVSSemanticCodec)
register_row_codec('f_music', MasksAndSentencesCodec)
register_row_codec('f_lifescene', MasksAndSentencesCodec)
