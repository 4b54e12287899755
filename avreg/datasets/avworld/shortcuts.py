"""What guessing scores: predictors that know the training labels, and see and hear nothing of the test clips."""
from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from avreg.benchmarks import AVE, LLP
from avreg.datasets.ave import read_ave_rows
from avreg.datasets.llp import read_llp_rows
from avreg.datasets.ra_ssu import read_rows
from avreg.datasets.transforms.mask_file import read_soft_mask
from avreg.evaluation.functional import ave_accuracy, avs_trivial_counts, avs_trivial_scores, llp_f_scores, music_avqa_accuracy
from avreg.evaluation.functional.captions import bleu, rouge_l, tokenize


def measure_shortcuts(root: str | Path, benchmarks: tuple[str, ...] = ('ave', 'llp', 'music_avqa'),
                      split: str = 'test') -> dict[str, float]:
    """Scores on ``split`` of guesses from the training labels, read from the official annotation files below ``root``; of F-Music and
    F-Lifescene also from the masks of ``split``.

    Args:
        root: folder with one subfolder a benchmark.
        benchmarks: which of them.
        split: 'val' or 'test'.

    Returns:
        Percent under ``<benchmark>/<guess>/<metric>``, e.g. ``ave/all_background/accuracy``.

    Raises:
        FileNotFoundError: the folder or an annotation file is not there.
        ValueError: an unknown benchmark.
    """
    if not Path(root).is_dir():
        raise FileNotFoundError(f'{root} is not a folder; give the one that holds a subfolder for each benchmark')
    scores: dict[str, float] = {}
    for name in benchmarks:
        if name not in _GUESSERS:
            raise ValueError(f'{name!r} has no guesses to measure; known: {", ".join(_GUESSERS)}')
        scores |= _GUESSERS[name](Path(root) / name, split)
    return scores


def best_guesses(scores: dict[str, float]) -> dict[str, float]:
    """The best guess for each metric: ``<benchmark>/<metric>`` -> percent."""
    best: dict[str, float] = {}
    for key, value in scores.items():
        benchmark, _, metric = key.split('/', 2)
        best[f'{benchmark}/{metric}'] = max(value, best.get(f'{benchmark}/{metric}', 0.0))
    return best


def _guess_ave(folder: Path, split: str) -> dict[str, float]:
    train, truth = _ave_labels(folder / 'trainSet.txt'), _ave_labels(folder / f'{split}Set.txt')
    background = len(AVE.labels) - 1
    counts = np.stack([np.bincount(second, minlength=background + 1) for second in train.T])
    guesses = {
        'all_background': np.full_like(truth[0], background),
        'most_frequent_label': np.full_like(truth[0], counts.sum(0).argmax()),
        'most_frequent_event': np.full_like(truth[0], counts.sum(0)[:background].argmax()),
        'most_frequent_label_of_each_second': counts.argmax(1),
    }
    return {f'ave/{name}/{metric}': value for name, guess in guesses.items()
            for metric, value in ave_accuracy(np.broadcast_to(guess, truth.shape), truth).items()}


def _ave_labels(path: Path) -> np.ndarray:
    """int[N, 10]."""
    rows = read_ave_rows(path)
    labels = np.full((len(rows), AVE.num_segments), len(AVE.labels) - 1)
    for label, row in zip(labels, rows):
        label[row.start:row.end] = AVE.label_index(row.category, row.where)
    return labels


def _guess_llp(folder: Path, split: str) -> dict[str, float]:
    clips = {row.fields[0]: index for index, row in
             enumerate(read_llp_rows(folder / f'AVVP_{split}_pd.csv', 'filename event_labels'))}
    audio, visual = (_llp_labels(folder / f'AVVP_eval_{sense}.csv', clips) for sense in ('audio', 'visual'))
    frequency = Counter(label for row in read_llp_rows(folder / 'AVVP_train.csv', 'filename event_labels')
                        for label in row.fields[1].split(','))
    ranked = [LLP.label_index(label) for label, _ in frequency.most_common()]
    scores: dict[str, float] = {}
    for count in sorted({0, 1, 2, 3, len(ranked)}):
        guess = np.zeros_like(audio)
        guess[:, :, ranked[:count]] = True
        name = f'{count}_most_frequent_everywhere' if count else 'empty'
        scores |= {f'llp/{name}/{metric}': value for metric, value in llp_f_scores(guess, guess, audio, visual).items()}
    return scores


def _llp_labels(path: Path, clips: dict[str, int]) -> np.ndarray:
    """bool[N, 10, 25]."""
    labels = np.zeros((len(clips), LLP.num_segments, len(LLP.labels)), bool)
    for (clip, onset, offset, label), where in read_llp_rows(path, 'filename onset offset event_labels'):
        if clip in clips:
            labels[clips[clip], int(onset):int(offset), LLP.label_index(label, where)] = True
    return labels


def _guess_music_avqa(folder: Path, split: str) -> dict[str, float]:
    train, test = (json.loads((folder / 'json_update' / f'avqa-{name}.json').read_text(encoding='utf-8'))
                   for name in ('train', split))
    types = [tuple(json.loads(question['type'])) for question in test]
    fields = {
        'most_frequent_answer': (),
        'most_frequent_answer_of_type': ('type', ),
        'most_frequent_answer_of_template': ('question_content', ),
        'most_frequent_answer_of_question': ('question_content', 'templ_values'),
    }
    scores: dict[str, float] = {}
    for name, keys in fields.items():
        guess = _majority(train, lambda question: tuple(question[key] for key in keys))
        correct = np.array([guess(question) == question['anser'] for question in test])
        scores |= {f'music_avqa/{name}/{metric}': value for metric, value in music_avqa_accuracy(correct, types).items()}
    return scores


def _majority(train: list[dict], key: Callable[[dict], tuple]) -> Callable[[dict], str]:
    """question -> the most frequent training answer among questions of the same key; of all where the key is new."""
    answers: dict[tuple, Counter] = defaultdict(Counter)
    for question in train:
        answers[key(question)][question['anser']] += 1
    overall = Counter(question['anser'] for question in train)
    return lambda question: answers.get(key(question), overall).most_common(1)[0][0]


# So many of the most frequent training sentences are tried as the one that is always said.
_TRIED = 200


def _guess_ra_ssu(folder: Path, split: str) -> dict[str, float]:
    """Sentences that are said whatever is seen and heard, and masks that look at nothing."""
    rows = list(read_rows(folder / 'annotations.json'))
    train = [[' '.join(tokenize(text)) for text in row['descriptions']] for row in rows if row['split'] == 'train']
    clips = [row for row in rows if row['split'] == split]
    counts = Counter(text for texts in train for text in texts)
    frequent = [text for text, _ in counts.most_common(_TRIED)]
    of_second = [Counter(texts).most_common(1)[0][0] for texts in zip(*train)]

    def score_in_training(text: str) -> float:
        return sum(count * rouge_l(text.split(), other.split()) for other, count in counts.items())

    best = max(frequent, key=score_in_training)
    guesses = {
        'most_frequent_sentence': lambda second: frequent[0],
        'most_frequent_sentence_of_each_second': lambda second: of_second[min(second, len(of_second) - 1)],
        'best_sentence': lambda second: best,
    }
    truth = [(second, tokenize(text)) for row in clips for second, text in enumerate(row['descriptions'])]
    scores: dict[str, float] = {}
    for name, guess in guesses.items():
        pairs = [(guess(second).split(), tokens) for second, tokens in truth]
        scores[f'{folder.name}/{name}/rouge_l'] = float(np.mean([rouge_l(*pair) for pair in pairs]))
        scores[f'{folder.name}/{name}/bleu'] = bleu(*zip(*pairs))
    masks = (np.stack([read_soft_mask(f"{folder}/masks/{row['id']}/{k}.png") for k in range(len(row['descriptions']))]) for row in clips)
    for name, of_masks in avs_trivial_scores(avs_trivial_counts(of_clip) for of_clip in masks).items():
        scores |= {f"{folder.name}/{name.replace(' ', '_')}/{metric}": value for metric, value in of_masks.items()}
    return scores


_GUESSERS = {'ave': _guess_ave, 'llp': _guess_llp, 'music_avqa': _guess_music_avqa, 'f_music': _guess_ra_ssu,
             'f_lifescene': _guess_ra_ssu}
