"""What stops a run. Each error is one sentence: what is wrong, where, and what to do about it.

::

    GridmergeError
    ├── ProjectError    gridmerge.toml: an unknown key, a value out of range, two layers of one name
    ├── InputError      an input file: missing, locked, unreadable, without the field or layer asked for
    ├── PlaceError      where on earth: no CRS can be told, a layer far from the villages, villages that are no land
    ├── PlanError       no plan can be made: contradicting locks, a roster nobody can be taken from
    ├── OutputError     the output folder: read-only, full, a file held open by another program
    ├── WorkerError     a worker process ended, twice on the same work: memory, a virus scanner
    └── PromiseError    a promise of the outputs does not hold: gridmerge stops rather than write it

Wrong data is not an error but a finding (`gridmerge.findings`): findings never raise.
A bug raises anything else and keeps its traceback.
"""

from __future__ import annotations

from gridmerge.i18n.text import Language, Text


class GridmergeError(Exception):
    """Base of everything a user can mend; the command line prints it as one sentence and exits with 1.

    Parameters
    ----------
    zh, en
        The sentence in Chinese and in English: what, where, and what to do.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.text = Text(zh, en)

    def __str__(self) -> str:
        return self.text.en

    def in_(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return self.text.in_(language)


class ProjectError(GridmergeError):
    """gridmerge.toml cannot be used as it stands."""


class InputError(GridmergeError):
    """An input file cannot be read as the project file says."""


class PlaceError(GridmergeError):
    """It cannot be told, or cannot be true, where on earth an input lies."""


class PlanError(GridmergeError):
    """The wishes for the plan contradict each other."""


class OutputError(GridmergeError):
    """The output folder cannot be written, or does not hold a finished build."""


class WorkerError(GridmergeError):
    """A worker process ended in the middle of its work, and another one too."""


class PromiseError(GridmergeError):
    """The result would break a promise of the outputs."""
