"""TextPrompts: from a question template and what fills it to a declarative sentence (TSPM's text prompt constructor)."""
from __future__ import annotations

import os
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import yaml

from avreg.errors import did_you_mean

from .music_avqa import normalise_template

PROMPT_FILE = Path(__file__).with_name('music_avqa_prompts.yaml')
# <Object>, or <Object2>: the second of the kind.
_SLOT = re.compile(r'<([A-Za-z]+)(\d*)>')
# Columns of the authors' spreadsheet.
_COLUMNS = ('Question Template', 'Declarative Sentence Text Prompt')
_XML = {'s': 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'}
# Of a spreadsheet of 33 lines; a damaged or hostile one may unpack to anything.
_MOST_BYTES = 10_000_000


class TextPrompts:
    """The prompts of a file, by template; templates are normalised before they are compared (:func:`normalise_template`).

    A slot of a prompt takes the value of a slot of the question of the same kind: ``<Object2>`` that of the second ``<Object>``; one
    without a number the next of its kind.

    Args:
        path: ``.yaml`` with a list of ``template`` and ``prompt``, or the authors' ``TextPrompt.xlsx``; avreg's own sentences unless given.

    Raises:
        FileNotFoundError: no such file.
        ValueError: it is damaged or of another form, a template comes twice, or a prompt has a slot that its template lacks.
    """

    def __init__(self, path: str | os.PathLike | None = None):
        self.path = Path(path or PROMPT_FILE)
        if not self.path.is_file():
            raise FileNotFoundError(f'the prompt file {self.path} does not exist; give a .yaml file of the form of {PROMPT_FILE}, or the '
                                    "authors' TextPrompt.xlsx")
        self.prompts: dict[str, str] = {}
        for where, template, prompt in (_read_xlsx if self.path.suffix == '.xlsx' else _read_yaml)(self.path):
            template = normalise_template(template)
            if template in self.prompts:
                raise ValueError(f'{where}: the template {template!r} comes twice')
            self.prompts[template] = ' '.join(prompt.split())
            _fill(self.prompts[template], _slots(template), where)

    def __call__(self, template: str, values: Sequence[str] = ()) -> str:
        """The prompt of a question.

        Args:
            template: of the question, with its slots.
            values: what fills the slots, from left to right.

        Raises:
            ValueError: an unknown template, or another number of values than slots.
        """
        known = normalise_template(template)
        if known not in self.prompts:
            raise ValueError(f'there is no prompt for the question template {template!r} in {self.path}'
                             f'{did_you_mean(known, self.prompts)}')
        slots = _slots(known)
        if len(slots) != len(values):
            raise ValueError(f'the question template {known!r} has {len(slots)} slots, but {len(values)} values are given: {list(values)}')
        return _fill(self.prompts[known], slots, str(self.path), values)


def _slots(template: str) -> list[str]:
    """The kinds of a template's slots, from left to right."""
    return [kind for kind, _ in _SLOT.findall(template)]


def _fill(prompt: str, slots: list[str], where: str, values: Sequence[str] | None = None) -> str:
    """``prompt`` with its slots filled with ``values`` of a question with ``slots``; with their kinds, to try it, unless given.

    Raises:
        ValueError: a slot of the prompt is not among those of the question.
    """
    of_kind = defaultdict(list)
    for kind, value in zip(slots, slots if values is None else values):
        of_kind[kind].append(value)
    taken = dict.fromkeys(of_kind, 0)

    def value_of(match: re.Match) -> str:
        kind, number = match.groups()
        index = int(number) - 1 if number else taken.get(kind, 0)
        if not 0 <= index < len(of_kind[kind]):
            raise ValueError(f'{where}: the prompt {prompt!r} has a slot {match.group()} that its question, with the slots {slots}, lacks')
        taken[kind] = index + 1
        return of_kind[kind][index]

    return _SLOT.sub(value_of, prompt)


def _read_yaml(path: Path) -> Iterator[tuple[str, str, str]]:
    """(where, template, prompt) of every entry. For the errors see :class:`TextPrompts`."""
    try:
        entries = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f'{path} is not YAML: {error}') from error
    if not isinstance(entries, list) or not entries:
        raise ValueError(f'{path}: expected a list of entries with template and prompt, got {type(entries).__name__}')
    for number, entry in enumerate(entries, 1):
        where = f'{path}, entry {number}'
        if not isinstance(entry, dict) or set(entry) != {'template', 'prompt'} or not all(isinstance(v, str) for v in entry.values()):
            raise ValueError(f"{where}: expected the two texts 'template' and 'prompt', got {entry!r}")
        yield where, entry['template'], entry['prompt']


def _read_xlsx(path: Path) -> Iterator[tuple[str, str, str]]:
    """(where, template, prompt) of every row of the first sheet. For the errors see :class:`TextPrompts`."""
    try:
        with zipfile.ZipFile(path) as archive:
            texts, sheet = (_parse(archive, name) for name in ('xl/sharedStrings.xml', 'xl/worksheets/sheet1.xml'))
            # A text may be cut into runs; what annotates its pronunciation is no part of it.
            texts = [''.join(t.text or '' for t in (*item.findall('s:t', _XML), *item.findall('s:r/s:t', _XML)))
                     for item in texts.findall('s:si', _XML)]
            rows = [{re.sub(r'\d', '', cell.get('r')): texts[int(cell.findtext('s:v', '', _XML))]
                     for cell in row.findall('s:c', _XML) if cell.get('t') == 's'} for row in sheet.findall('.//s:row', _XML)]
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, IndexError, TypeError) as error:
        raise ValueError(f"{path} is not a spreadsheet as the authors' TextPrompt.xlsx: {error}") from error
    header = {text: column for column, text in (rows[0] if rows else {}).items()}
    for column in _COLUMNS:
        if column not in header:
            raise ValueError(f'{path}:1: there is no column {column!r}{did_you_mean(column, header)}')
    for number, row in enumerate(rows[1:], 2):
        if row:
            where = f'{path}:{number}'
            texts = [row.get(header[column], '') for column in _COLUMNS]
            if not all(texts):
                raise ValueError(f'{where}: {_COLUMNS[0] if not texts[0] else _COLUMNS[1]} is empty')
            yield where, *texts


def _parse(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """A part of a spreadsheet.

    Raises:
        zipfile.BadZipFile: it unpacks to more than such a part can be.
    """
    if archive.getinfo(name).file_size > _MOST_BYTES:
        raise zipfile.BadZipFile(f'{name} unpacks to {archive.getinfo(name).file_size} bytes')
    return ElementTree.fromstring(archive.read(name))
