"""Every error that simbreach raises, and the exit code that each one means.

SimbreachError                 anything below; one clear line, never a traceback
├── InputError          exit 2 refused before any work: the caller can mend it
│   ├── ProfileError           a profile file; the message opens with `file: key path:`
│   ├── TemplateError          a template file; the message opens with `file:line: template:`
│   ├── DatasetError           a folder or file that is not what it was taken for
│   ├── CapacityError          more asked than a safe space or a catchment holds
│   └── IdentifierError        text that is no valid identifier; the message never repeats it
├── WorkError           exit 1 the work could not be done (disk full, folder read-only)
└── MissingExtraError  exit 2 an optional library is not installed; the message says what to type
"""

from collections.abc import Iterable
from difflib import get_close_matches


class SimbreachError(Exception):
    """Base of all errors; its text is one line for the user, `exit_code` what the command returns."""

    exit_code = 1


class InputError(SimbreachError):
    """What was given is refused: nothing was written, the caller can mend it."""

    exit_code = 2


class ProfileError(InputError):
    """A profile is wrong; the text opens with the file and the key path."""


class TemplateError(InputError):
    """A template file is wrong; the text opens with the file, the line and the template's name."""


class DatasetError(InputError):
    """A folder or file is not the dataset it was taken for."""


class CapacityError(InputError):
    """More was asked than a safe space or a catchment holds."""


class IdentifierError(InputError):
    """A text is no valid identifier of its kind; says what is wrong, never the text: it may be somebody's."""


class WorkError(SimbreachError):
    """The request was right, the work failed."""


class MissingExtraError(InputError):
    """An optional library is missing; the text says the pip command that brings it."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`"; did you mean 'nir'?"` for the nearest of `known`, or an empty string.

    >>> did_you_mean("nirr", ["nir", "email"])
    "; did you mean 'nir'?"
    """
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
