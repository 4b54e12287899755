"""CLIPBytePairTokenizer: text as the tokens of CLIP."""
from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from avreg.registry import TASK_UTILS


@TASK_UTILS.register_module()
class CLIPBytePairTokenizer:
    """CLIP's byte pairs, by transformers' tokenizer, from start to end of text.

    Args:
        folder: a download of CLIP in the Hugging Face format, with ``tokenizer.json``, or ``vocab.json`` and ``merges.txt``.
        max_tokens: longest sentence, start and end included; of a longer one the rest is left out, and the end of text stays.

    Raises:
        FileNotFoundError: no such folder, or the files are not in it.
        ValueError: they are not CLIP's.
    """

    def __init__(self, folder: str | os.PathLike, max_tokens: int = 77):
        self.folder, self.max_tokens = folder, max_tokens
        path = Path(folder)
        if not path.is_dir():
            raise FileNotFoundError(f'CLIPBytePairTokenizer: the folder {path} does not exist; nothing is downloaded here, give the '
                                    'folder of a download of CLIP in the Hugging Face format')
        # transformers would make a vocabulary of three tokens out of a folder without them.
        if not (path / 'tokenizer.json').is_file():
            missing = [name for name in ('vocab.json', 'merges.txt') if not (path / name).is_file()]
            if missing:
                there = ', '.join(sorted(p.name for p in path.iterdir())[:20]) or 'nothing'
                raise FileNotFoundError(f'CLIPBytePairTokenizer: {path} has no {" and no ".join(missing)}, nor a tokenizer.json instead; '
                                        f'it holds {there}. They are part of the download, beside config.json')
        # Here, for it takes seconds that nobody should wait for who does not use this tokenizer.
        from transformers import CLIPTokenizer
        self.tokenizer = CLIPTokenizer.from_pretrained(path, local_files_only=True)
        self.start, self.end = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        if self.end != len(self) - 1 or self.tokenizer('').input_ids != [self.start, self.end]:
            raise ValueError(f"CLIPBytePairTokenizer: {path} does not hold CLIP's tokenizer: an empty text gives the tokens "
                             f'{self.tokenizer("").input_ids} out of {len(self)}; it should give start of text and end of text, the last '
                             'two of the vocabulary')

    def __reduce__(self) -> tuple:
        # Worker processes read the files anew: a copy of transformers' tokenizer encodes alike, but no longer decodes.
        return type(self), (self.folder, self.max_tokens)

    def __len__(self) -> int:
        """Size of the vocabulary, start and end of text included."""
        return len(self.tokenizer)

    def encode(self, text: str) -> list[int]:
        """Start of text, the byte pairs of ``text``, end of text."""
        return self.tokenizer(text, truncation=True, max_length=self.max_tokens).input_ids

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ``ids`` up to the first end of text, in lower case; padding behind it is left out."""
        ids = [int(i) for i in ids]
        ids = ids[:ids.index(self.end)] if self.end in ids else ids
        return self.tokenizer.decode([i for i in ids if i != self.start])
