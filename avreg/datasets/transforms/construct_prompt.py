"""ConstructPrompt: the declarative prompt of a question."""
from __future__ import annotations

import os

from mmcv.transforms import BaseTransform

from avreg.benchmarks import get_card
from avreg.benchmarks.text_prompts import TextPrompts
from avreg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class ConstructPrompt(BaseTransform):
    """Adds ``prompt``, a declarative sentence (TSPM, Sec. 3.2), which TokenizeText turns into ``prompt_tokens``.

    Of a question with a ``template`` it is that of the template, filled with ``templ_values``. AVQA's questions follow no templates:
    there it is the question; and where nothing is asked, the prompt of the benchmark's card. It stands behind RandomFlip, which
    exchanges left and right in ``templ_values``. A model that reads stored features of the prompts does not read the sentence: another
    ``prompt_file`` needs other features.

    Args:
        prompt_file: the sentences, as TextPrompts takes them; avreg's own unless given.

    Raises:
        FileNotFoundError: no such file.
        ValueError: it is malformed, or a template is not in it.
    """

    def __init__(self, prompt_file: str | os.PathLike | None = None):
        self.prompts = TextPrompts(prompt_file)

    def transform(self, results: dict) -> dict:
        """See the class."""
        if 'template' in results:
            results['prompt'] = self.prompts(results['template'], results['templ_values'])
        else:
            results['prompt'] = results.get('question') or get_card(results['benchmark']).prompt
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(prompt_file={str(self.prompts.path)!r})'
