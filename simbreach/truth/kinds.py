"""The identifiers that text is searched for, judged a column at a time.

Only those that form or check digits tell from other numbers: the numbers of companies and files look like
any other, and are left out.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, booleans, integers, literal, strings_from_matrix
from simbreach.core.cells import compact, luhn_mask
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Identifier, find_identifier
from simbreach.reference.nir_key import BODY, WHOLE, bodies_in, keys
from simbreach.truth.scan import Kind

# Like the module's own, but bounded: on a line without end that one takes quadratic time.
_EMAIL = re.compile(
    r"\b[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2,24}\b", re.ASCII
)
# Of a hundred numbers, the months of twelve are months.
_MONTH_CHANCE = 8


@cache
def searchable_kinds() -> tuple[Kind, ...]:
    """All kinds. A NIR is two: with its key, and without, when little tells it from another number."""
    nir = find_identifier("nir")
    return (
        _kind("nir", nir, fits=partial(_has_width, WHOLE), valid=_right_key, chance=nir.CHANCE),
        _kind(
            "nir without key", nir, fits=partial(_has_width, BODY), valid=_right_month, chance=_MONTH_CHANCE
        ),
        _by_form("landline"),
        _by_form("mobile"),
        replace(_by_form("email"), pattern=_EMAIL),
        _checked("iban", valid=partial(_passes, find_identifier("iban"))),
        _checked("rpps", valid=partial(luhn_mask, pattern="^[0-9]{11}$", width=11)),
    )


def _kind(
    name: str,
    module: Identifier,
    *,
    fits: Callable[[Strings], Bits],
    valid: Callable[[Strings], Bits],
    chance: int,
) -> Kind:
    pattern = re.compile(module.PATTERN, re.ASCII)
    return Kind(name, pattern, fits, module.synthetic_mask, valid, chance)


def _by_form(name: str) -> Kind:
    """A kind without check digits: what the pattern finds is valid."""
    return _kind(name, find_identifier(name), fits=_all, valid=_all, chance=1)


def _checked(name: str, valid: Callable[[Strings], Bits]) -> Kind:
    module = find_identifier(name)
    return _kind(name, module, fits=_all, valid=valid, chance=module.CHANCE)


def _all(texts: Strings) -> Bits:
    return np.ones(len(texts), dtype=np.bool_)


def _has_width(width: int, texts: Strings) -> Bits:
    return integers(pc.utf8_length(compact(texts))) == width


def _right_key(texts: Strings) -> Bits:
    """Of NIRs with key, those whose key is right, and whose month is one or stands for an unknown one."""
    bare = compact(texts)
    _, bodies = bodies_in(bare)
    written = pc.utf8_slice_codeunits(bare, BODY, WHOLE)
    months = pc.utf8_slice_codeunits(bare, 3, 5)
    known = pc.and_(
        pc.greater(months, literal("00")),
        pc.or_(pc.less(months, literal("13")), pc.greater(months, literal("19"))),
    )
    return booleans(pc.and_(pc.equal(written, strings_from_matrix(keys(bodies))), known))


def _right_month(texts: Strings) -> Bits:
    months = pc.utf8_slice_codeunits(compact(texts), 3, 5)
    return booleans(pc.and_(pc.greater(months, literal("00")), pc.less(months, literal("13"))))


def _passes(module: Identifier, texts: Strings) -> Bits:
    """Cell by cell: only for what is rare in text."""

    def passes(text: str) -> bool:
        try:
            module.validate(text)
        except IdentifierError:
            return False
        return True

    return np.array([passes(text) for text in texts.to_pylist()], dtype=np.bool_)
