"""The templates of free text that ship: our own wording, one file a subject, read and checked once.

`docs/comments.md` tells how they are written; the weights are our estimates.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from simbreach.core.templates import Rule, read_rules

FILES = ("words.txt", "people.txt", "health.txt", "comment.txt", "observation.txt", "call_note.txt")


@cache
def shipped() -> Mapping[str, Rule]:
    """All rules of the shipped files, by name."""
    folder = files("simbreach.reference").joinpath("templates")
    return read_rules({name: folder.joinpath(name).read_text(encoding="utf-8") for name in FILES})
