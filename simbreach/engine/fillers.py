"""Columns that no field fills: constants, choices, numbers and what comes of them, dates, borrowed words."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from simbreach.core.arrays import I64
from simbreach.core.arrow import (
    STRING,
    Coded,
    Strings,
    from_numpy,
    join,
    literal,
    strings,
    strings_from_matrix,
)
from simbreach.core.dates import NO_DAY
from simbreach.core.digits import write_digits
from simbreach.core.errors import CapacityError
from simbreach.core.frame import Function, Values, named
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw, derive_key
from simbreach.profile.lists import SPREAD_DECIMALS, decimals_of
from simbreach.profile.model import Column

# How often a library is asked for a word: about as many as a drop-down list of such software holds.
_ASKED = 400


def make_filler(column: Column, vocabulary: Sequence[str] | None, rows: int) -> Function:
    """The function of a filler column; `vocabulary` are the words of a borrowed one."""
    if vocabulary is not None:
        return _choice(vocabulary, [1] * len(vocabulary))
    if column.field == "constant":
        words = strings([column.value])
        return named(("row",), lambda row: Coded(np.zeros(len(row), dtype=np.int32), words))
    if column.field == "choice":
        values = column.values or {}
        return _choice(list(values), [int(share * 10**9) for share in values.values()])
    if column.field == "date_offset":
        low, high = column.low or 0, column.high or 0
        return named(("draw", column.of or ""), lambda draw, of: _offset(draw, of, low, high))
    if column.field == "serial":
        first = column.low or 0
        width = column.width or len(str(first + rows))
        if first + rows > 10**width:
            raise CapacityError(
                f"{column.name}: {rows} rows, but {width} digits from {first} number {10**width - first}"
            )
        return named(("row",), lambda row: _number(row + first, width, column.prefix))
    low, high = column.low or 0, column.high or 0
    width = column.width or (len(str(high)) if column.prefix else 0)
    return named(
        ("draw",), lambda draw: _number(low + draw.below("number", high - low + 1), width, column.prefix)
    )


def number_field(name: str) -> str:
    """What a frame calls the number that a sum or product is made of: a list's column, or a filler's."""
    return name if "." in name else f"={name}"


def sum_of(parts: Sequence[str], decimals: Sequence[int]) -> Function:
    """The sum of fields of whole numbers that have `decimals` each; nothing where one has nothing."""
    most = max(decimals)
    scales = [10 ** (most - own) for own in decimals]

    def add(*numbers: I64) -> I64:
        total = sum(number * scale for number, scale in zip(numbers, scales, strict=True))
        return _where_all(numbers, total)

    return named(map(number_field, parts), add)


def product_of(column: Column, parts: Sequence[str], raw_decimals: int) -> Function:
    """The product of fields, of a factor and of a drawn spread; half a unit is rounded up.

    `raw_decimals` are those of the exact product (`profile.lists.raw_decimals`).
    """
    factor = column.factor or Decimal(1)
    units = int(factor * 10 ** decimals_of(factor))
    steps = int((column.spread or 0) * 10**SPREAD_DECIMALS)
    surplus = raw_decimals - (column.decimals or 0)
    least = column.low or 0

    def multiply(draw: Draw, *numbers: I64) -> I64:
        raw = np.full(len(draw), units, dtype=np.int64)
        for number in numbers:
            raw *= number
        if steps:
            raw *= 10**SPREAD_DECIMALS - steps + draw.below("spread", 2 * steps + 1)
        rounded = (raw + 10**surplus // 2) // 10**surplus if surplus > 0 else raw * 10**-surplus
        return np.where(rounded < least, -1, _where_all(numbers, rounded))

    return named(("draw", *map(number_field, parts)), multiply)


def _where_all(parts: Sequence[I64], numbers: I64) -> I64:
    """The numbers where all parts are there, -1 elsewhere."""
    return np.where(np.logical_and.reduce([part >= 0 for part in parts]), numbers, -1)


def written_decimals(field: str, decimals: int) -> Function:
    """A field of whole numbers as text with a point before the last `decimals` digits."""

    def write(numbers: I64) -> Strings:
        valid = numbers >= 0
        whole, rest = np.divmod(np.where(valid, numbers, 0), 10**decimals)
        text = join(
            pc.cast(from_numpy(whole), STRING),
            strings_from_matrix(write_digits(rest, decimals)),
            separator=".",
        )
        return text if valid.all() else pc.if_else(from_numpy(valid), text, literal(None))

    return named((field,), write)


def _choice(words: Sequence[str], weights: Sequence[int]) -> Function:
    table, vocabulary = Alias.build(np.array(weights, dtype=np.int64)), strings(list(words))
    return named(("draw",), lambda draw: Coded(draw.pick("choice", table).astype(np.int32), vocabulary))


def _offset(draw: Draw, of: NDArray[np.int32], low: int, high: int) -> NDArray[np.int32]:
    days = of + low + draw.below("days", high - low + 1)
    return np.where(of == NO_DAY, NO_DAY, days).astype(np.int32)


def _number(numbers: I64, width: int, prefix: str | None) -> Values:
    """Numbers as they are, or with zeros in front and a prefix."""
    if not width and not prefix:
        return numbers
    digits = write_digits(numbers, width)
    if not prefix:
        return digits
    before = np.tile(np.frombuffer(prefix.encode(), dtype=np.uint8), (len(numbers), 1))
    return np.concatenate([before, digits], axis=1)


def borrow_words(field: str, seed: int, column: str) -> tuple[list[str], str]:
    """The words of a `faker:…` or `mimesis:…` column, without repeats, and the library with its version."""
    library, method = field.split(":", 1)
    key = derive_key(seed, "borrowed", column).start
    if library == "faker":
        import faker

        source = faker.Faker("fr_FR", use_weighting=False)
        source.seed_instance(key)
        words = [str(getattr(source, method)()) for _ in range(_ASKED)]
        version = faker.VERSION
    else:
        import mimesis
        from mimesis.locales import Locale

        provider, name = method.split(".")
        source = getattr(mimesis.Generic(locale=Locale.FR, seed=key), provider)
        words = [str(getattr(source, name)()) for _ in range(_ASKED)]
        version = mimesis.__version__
    return list(dict.fromkeys(words)), f"{library} {version}"
