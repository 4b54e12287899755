"""What is wrong with a submission, all of it at once."""
from __future__ import annotations

import os

# More are counted and not told: who has a hundred mistakes has one, a hundred times.
MAX_TOLD = 100
_MAX_LENGTH = 500


class SubmissionError(ValueError):
    """A submission that cannot be scored.

    Args:
        folder: the submission.
        problems: a sentence each, with file, line and id.
        count: how many there were, told or not.
    """

    def __init__(self, folder: str | os.PathLike, problems: list[str], count: int):
        self.problems, self.count = problems, count
        more = [f'... and {count - len(problems)} more'] if count > len(problems) else []
        super().__init__(problems[0] if count == 1 else '\n  '.join([f'{count} problems in {folder}:', *problems, *more]))


class Problems:
    """Collects problems, and stops the reader when there are any in the end.

    Args:
        folder: the submission.
    """

    def __init__(self, folder: str | os.PathLike):
        self.folder, self.told, self.count = folder, [], 0

    @property
    def full(self) -> bool:
        """Whether further ones would only be counted: hints need not be looked for."""
        return len(self.told) >= MAX_TOLD

    def add(self, problem: object) -> None:
        """Note a problem (a sentence, or the error that says it); what a stranger wrote into it is cut."""
        self.count += 1
        if not self.full:
            text = str(problem)
            self.told.append(text if len(text) <= _MAX_LENGTH else f'{text[:_MAX_LENGTH - 4]} ...')

    def stop_if_any(self) -> None:
        """End the reading.

        Raises:
            SubmissionError: there are problems.
        """
        if self.count:
            raise SubmissionError(self.folder, self.told, self.count)
