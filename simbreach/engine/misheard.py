"""Surnames as somebody else hears or types them: `LEFEBVRE` → `LEFEVRE`, `MARTIN` → `MARITN`.

For records opened a second time because the first was not found under the name.
"""

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrow import Strings, booleans, from_numpy
from simbreach.core.streams import Draw

# What is replaced by what, and its weight against the others that fit a name: our estimates. Names are in
# capitals without accents.
_LETTERS = (
    *(("PH", "F", 20), ("TH", "T", 20), ("CK", "K", 20), ("Y", "I", 20), ("EAU", "AU", 20), ("BV", "V", 20)),
    *(("LL", "L", 20), ("NN", "N", 20), ("SS", "S", 20), ("TT", "T", 20), ("RR", "R", 20), ("QU", "K", 12)),
    *(("OE", "E", 12), ("AIN", "IN", 12), ("GUE", "GE", 10), (" ", "", 16), ("-", "", 16)),
)
# The same by pattern. The last two are slips of the fingers: one fits nearly all names, the other all.
_PATTERNS = (
    *(("AULT$", "AUD", 20), ("AUD$", "AULT", 20), ("EZ$", "ES", 16), ("[DTSXZ]$", "", 16), ("^H", "", 20)),
    *(("([AEIOU])([LNT])E", r"\1\2\2E", 12), ("([AEIO][NRU])$", r"\1D", 10), ("^(.+)AN", r"\1EN", 8)),
    *(("^(..+)(.)(.)", r"\1\3\2", 8), ("^(.).", r"\1", 3)),
)
_WEIGHTS = np.array([weight for _, _, weight in (*_LETTERS, *_PATTERNS)])


def mishear(names: Strings, draw: Draw) -> Strings:
    """Each name with one fault of ear or hand: never as it was, if it has two letters or more."""
    if not len(names):
        return names
    heard = [pc.replace_substring(names, was, by, max_replacements=1) for was, by, _ in _LETTERS]
    heard += [pc.replace_substring_regex(names, was, by, max_replacements=1) for was, by, _ in _PATTERNS]
    fits = np.stack([booleans(pc.not_equal(names, other)) for other in heard])
    weights = np.where(fits, _WEIGHTS[:, None], 0)
    running = np.cumsum(weights, axis=0)
    total = running[-1]
    drawn = draw.below("fault", np.maximum(total, 1))
    chosen = (running <= drawn).sum(axis=0)
    return pc.choose(from_numpy(np.where(total > 0, chosen, len(heard) - 1)), *heard)
