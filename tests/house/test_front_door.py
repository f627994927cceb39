"""The public API is what it says, and no more."""

import pytest

import simbreach


def test_the_public_names_are_these() -> None:
    assert simbreach.__all__ == [
        *("Dataset", "SimbreachError", "batches", "generate", "load_profile", "read", "report"),
    ]


@pytest.mark.parametrize("name", simbreach.__all__)
def test_each_public_name_is_found_and_documented(name: str) -> None:
    assert getattr(simbreach, name).__doc__


@pytest.mark.parametrize("name", simbreach.__all__)
def test_each_public_name_is_listed(name: str) -> None:
    assert name in dir(simbreach)


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="'simbreach' has no attribute 'nope'"):
        simbreach.nope  # noqa: B018


def test_the_package_says_that_it_is_typed() -> None:
    from importlib.resources import files

    assert (files("simbreach") / "py.typed").is_file()
