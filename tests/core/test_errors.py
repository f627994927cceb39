"""The error tree as the command line and callers rely on it."""

import pytest

from simbreach.core import errors


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.SimbreachError, 1),
        (errors.WorkError, 1),
        (errors.InputError, 2),
        (errors.ProfileError, 2),
        (errors.DatasetError, 2),
        (errors.CapacityError, 2),
        (errors.MissingExtraError, 2),
    ],
)
def test_each_error_has_its_exit_code(kind: type[errors.SimbreachError], code: int) -> None:
    assert kind("x").exit_code == code


def test_every_error_is_a_simbreach_error() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(issubclass(kind, errors.SimbreachError) for kind in kinds)


@pytest.mark.parametrize("kind", [errors.ProfileError, errors.DatasetError, errors.CapacityError])
def test_what_can_be_mended_is_an_input_error(kind: type[errors.SimbreachError]) -> None:
    assert issubclass(kind, errors.InputError)


def test_work_that_failed_is_no_input_error() -> None:
    assert not issubclass(errors.WorkError, errors.InputError)


def test_the_text_is_what_was_said() -> None:
    assert (
        str(errors.ProfileError("profiles/x.toml: rows: not a number"))
        == "profiles/x.toml: rows: not a number"
    )


def test_the_docstring_draws_every_error() -> None:
    kinds = [
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    assert all(name in (errors.__doc__ or "") for name in kinds)


def test_a_near_word_is_offered() -> None:
    assert errors.did_you_mean("nirr", ["email", "nir"]) == "; did you mean 'nir'?"


@pytest.mark.parametrize("known", [[], ["email", "postcode"]])
def test_nothing_near_is_not_offered(known: list[str]) -> None:
    assert errors.did_you_mean("nirr", known) == ""


def test_words_may_come_from_any_iterable() -> None:
    assert errors.did_you_mean("comune", iter({"commune": 1})) == "; did you mean 'commune'?"
