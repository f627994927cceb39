"""Hypothesis strategies: coherent people and their identifiers, text, rows and leaks, that shrink.

```python
from hypothesis import given
from simbreach.testing.strategies import persons

@given(persons())
def test_that_the_importer_keeps_names(patient): ...
```

Everything is made by the functions that make datasets, and lies where nobody's is (docs/safety.md); an
example shrinks towards the plainest one, index 0 of every choice. docs/strategies.md says what each strategy
never produces. Tables are loaded when a strategy is first used, not when it is named.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, overload

from hypothesis import strategies as st

from simbreach.core.errors import InputError, did_you_mean
from simbreach.testing.records import Household, Patient, Sex

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from simbreach.testing.leaks import LeakExample
    from simbreach.testing.slips import Defective
    from simbreach.testing.texts import Comment

__all__ = [
    "Invalid",
    "comments",
    "defective",
    "emails",
    "households",
    "leak_bytes",
    "nirs",
    "persons",
    "phones",
    "rows",
]

T = TypeVar("T")
PhoneKind = Literal["mobile", "landline"]
FreeText = Literal["comment", "observation", "call_note"]
_FIRST_YEAR, _LAST_YEAR = 1917, 2025


def _lazily(name: str, make: "Callable[[], SearchStrategy[T]]") -> "SearchStrategy[T]":
    """The strategy that `make` returns, called when the first test that uses it begins.

    Hypothesis counts what an example takes to draw: loading tables is done before, while it checks the
    strategy.
    """
    deferred = st.deferred(make)
    make.__name__ = make.__qualname__ = name
    return deferred


def persons() -> "SearchStrategy[Patient]":
    """People, each coherent in itself: the NIR fits sex, month of birth and place, the e-mail the names.

    Shrinks towards a man of 1980 who lives alone, with the commonest names, born on the first of a month, who
    has all means of contact; who it is, the day, names, contact, home and work shrink each alone. Never
    produces: a number, address or e-mail that can be somebody's; people who live or were born overseas, or
    live in a commune of more than 120 inhabitants; the same person twice in other households.
    """

    def make() -> "SearchStrategy[Patient]":
        from simbreach.testing.crowd import crowd

        people = crowd()
        return _variants(len(people.ids)).map(lambda chosen: people.patient(*chosen))

    return _lazily("persons", make)


def households(*, min_size: int = 1, max_size: int | None = None) -> "SearchStrategy[Household]":
    """All the people of one address: children bear a parent's surname, couples live together.

    Shrinks towards fewer members, then as `persons`. Never produces: a home without its people, flats shared
    by strangers, children without a parent where the commune has women of a mother's age. InputError where no
    household is of such a size.
    """
    _check_range("min_size", min_size, max_size, 1)

    def make() -> "SearchStrategy[Household]":
        from simbreach.testing.crowd import crowd

        people = crowd()
        fit = [
            number
            for number, members in enumerate(people.households)
            if min_size <= len(members) <= (max_size or len(members))
        ]
        if not fit:
            most = max(map(len, people.households))
            raise InputError(f"no household of {min_size} people or more: the largest has {most}")
        return _variants(len(fit)).map(lambda chosen: people.household(fit[chosen[0]], *chosen[1:]))

    return _lazily("households", make)


def _variants(count: int) -> "SearchStrategy[tuple[int, ...]]":
    """One of `count`, then the day of birth and the variants of names, contact, home and work."""
    from simbreach.testing.crowd import DAYS, VARIANTS

    sizes = (count, DAYS, VARIANTS, VARIANTS, VARIANTS, VARIANTS)
    return st.tuples(*(st.integers(0, size - 1) for size in sizes))


@dataclass(frozen=True, slots=True)
class Invalid:
    """A text that is almost an identifier: what is wrong with it, in a word and in a sentence."""

    text: str
    fault: str
    why: str


# What is wrong with a NIR that is almost one; all but the first have the right key.
NIR_FAULTS = (
    *("wrong_key", "missing_digit", "extra_digit", "letter", "sex_digit", "month", "department", "commune"),
    "order",
)


@overload
def nirs(
    *, sex: Sex | None = ..., birth_years: tuple[int, int] = ..., key: bool = ..., spaced: bool = ...
) -> "SearchStrategy[str]": ...
@overload
def nirs(
    *,
    valid: Literal[True],
    sex: Sex | None = ...,
    birth_years: tuple[int, int] = ...,
    key: bool = ...,
    spaced: bool = ...,
) -> "SearchStrategy[str]": ...
@overload
def nirs(
    *, valid: Literal[False], sex: Sex | None = ..., birth_years: tuple[int, int] = ..., spaced: bool = ...
) -> "SearchStrategy[Invalid]": ...
def nirs(
    *,
    valid: bool = True,
    sex: Sex | None = None,
    birth_years: tuple[int, int] = (_FIRST_YEAR, _LAST_YEAR),
    key: bool = True,
    spaced: bool = False,
) -> "SearchStrategy[str] | SearchStrategy[Invalid]":
    """NIRs of 15 characters (13 without `key`); with `valid=False`, `Invalid` texts with one fault each.

    Shrinks towards a man born in January of the first year, in Ain. Never produces: a number that somebody
    can have (the birth place never was, the order is 900 or more); a birth place 20 or 96, one of 91 to 95
    before 1968, a month of 20 and more; an invalid text with two faults, or a real number mistyped.
    """
    _check_range("birth_years", birth_years[0], birth_years[1], _FIRST_YEAR, _LAST_YEAR)

    def make() -> "SearchStrategy[Any]":
        from simbreach.testing.choices import choices, index_below
        from simbreach.testing.numbers import make_nir, spoil_nir, with_spaces

        @st.composite
        def nir(draw: "DrawFn") -> "str | Invalid":
            below = index_below(draw)
            whole = make_nir(below, choices(draw, "nir"), sex, birth_years)
            if not valid:
                fault = draw(st.sampled_from(NIR_FAULTS))
                text, why = spoil_nir(below, whole, fault)
                return Invalid(with_spaces(text) if spaced else text, fault, why)
            text = whole if key else whole[:13]
            return with_spaces(text) if spaced else text

        return nir()

    return _lazily("nirs", make)


def phones(
    *, kinds: Sequence[PhoneKind] = ("mobile", "landline"), international: bool = False, spaced: bool = False
) -> "SearchStrategy[str]":
    """French telephone numbers of ten digits (`international`: +33 and nine), with blanks where `spaced`.

    Shrinks towards 0600000000. Never produces: a number of a block that an operator has; special numbers
    (08), numbers of overseas, boxes (09); a mobile that begins with 07.
    """
    wrong = [kind for kind in kinds if kind not in ("mobile", "landline")]
    if wrong or not kinds:
        raise InputError(f"kinds: {wrong or 'none'}: mobile, landline, or both")

    def make() -> "SearchStrategy[str]":
        from simbreach.testing.choices import choices, index_below
        from simbreach.testing.numbers import make_phone

        @st.composite
        def phone(draw: "DrawFn") -> str:
            kind = draw(st.sampled_from(tuple(kinds)))
            national = make_phone(index_below(draw), choices(draw, "phone"), kind)
            pairs = [national[start : start + 2] for start in range(0, 10, 2)]
            if international:
                pairs[:1] = ["+33", pairs[0][1]] if spaced else [f"+33{pairs[0][1]}"]
            return (" " if spaced else "").join(pairs)

        return phone()

    return _lazily("phones", make)


def emails() -> "SearchStrategy[str]":
    """E-mail addresses as French patients write them, in small ASCII letters: `marie.martin@…example.com`.

    Shrinks towards the commonest names and pattern. Never produces: a domain that exists (all lie under
    example.com, .net or .org); quoted local parts, plus signs, capitals, letters with accents.
    """

    def make() -> "SearchStrategy[str]":
        from simbreach.testing.choices import choices, index_below
        from simbreach.testing.numbers import make_email

        @st.composite
        def address(draw: "DrawFn") -> str:
            return make_email(index_below(draw), choices(draw, "email"))

        return address()

    return _lazily("emails", make)


def comments(*, field: FreeText = "comment") -> "SearchStrategy[Comment]":
    """Free text of a laboratory's file with where its sensitive stretches lie, and its look-alikes.

    Of 4,096 rows of the demonstration profile. Shrinks towards no span at all, then fewer, then shorter text.
    Never produces: an empty text; a phrase that no template has, a name or number that can be somebody's;
    typing errors.
    """
    known = get_args(FreeText)
    if field not in known:
        raise InputError(f"field {field!r} is no free text{did_you_mean(field, known)} ({', '.join(known)})")

    def make() -> "SearchStrategy[Comment]":
        from simbreach.testing.texts import shipped_comments

        return st.sampled_from(shipped_comments(field))

    return _lazily("comments", make)


def rows(profile: str = "labs-demo", table: str | None = None) -> "SearchStrategy[dict[str, str | None]]":
    """Rows of a table as the thief's file shows them, by column; `profile` is a name or a path.

    Of 2,048 rows in stretches from all over the table (the main one unless told otherwise). Shrinks towards
    rows without defects, then with fewer filled cells. Never produces: rows that the profile with its own
    seed would not; two rows that agree with each other, but by chance. ProfileError and InputError for a
    profile or table that there is not, when a test first uses the strategy.
    """

    def make() -> "SearchStrategy[dict[str, str | None]]":
        from simbreach.testing.texts import shipped_rows

        found = shipped_rows(profile, table)
        return st.integers(0, len(found) - 1).map(lambda number: dict(found[number]))

    return _lazily("rows", make)


def defective(strategy: "SearchStrategy[T]") -> "SearchStrategy[Defective[T]]":
    """What `strategy` gives, with one accident of data entry, and what it was before.

    Takes strings (NIRs, telephones, e-mails, names, told apart by their form) and `Patient`, of which a field
    is struck. Shrinks as `strategy`, and towards a letter typed twice at the front. Never produces: a value
    as it was before; two accidents; a number, or domain, outside the ranges that are nobody's, if what it
    was given lay there. A text that nothing can happen to (an empty one) is left empty: None.
    """

    def make() -> "SearchStrategy[Defective[T]]":
        from simbreach.testing.slips import struck

        return st.composite(struck)(strategy)

    return _lazily("defective", make)


def leak_bytes(
    shape: str = "csv", *, profile: str = "labs-demo", max_rows: int = 5, **options: Any
) -> "SearchStrategy[LeakExample]":
    """The files of a small leak in a shape, byte by byte, with the spans of the truth.

    One of 24, all of which are made when a test first uses the strategy. `options` are the shape's own
    (`simbreach shapes show <shape>`). Shrinks towards one row, the first. Never produces: a leak without
    rows, several sources, more than `max_rows` rows; damaged files. InputError for a shape or an option that
    there is not.
    """
    _check_range("max_rows", 1, max_rows, 1)

    def make() -> "SearchStrategy[LeakExample]":
        from simbreach.testing.leaks import LeakMaker

        return st.sampled_from(LeakMaker.of(shape, profile, options).pool(max_rows))

    return _lazily("leak_bytes", make)


def _check_range(name: str, first: int, last: int | None, least: int, most: int | None = None) -> None:
    if first < least or (last is not None and last < first) or (most is not None and (last or first) > most):
        limits = f"from {least} up" if most is None else f"from {least} to {most}"
        raise InputError(f"{name}: {first} to {last} is no range {limits}")
