"""Modules are found by their name, ours and others'."""

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from simbreach.core import registry
from simbreach.core.errors import InputError


def test_a_module_of_ours_is_found_by_its_name() -> None:
    assert registry.find_identifier("nir").LABEL == "id.nir"


def test_another_package_adds_a_module_by_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("badge", "string:digits", registry.IDENTIFIERS)
    monkeypatch.setattr(registry, "entry_points", lambda **wanted: EntryPoints([point]).select(**wanted))
    assert registry.find(registry.IDENTIFIERS, "badge") == "0123456789"
    assert "badge" in registry.names(registry.IDENTIFIERS)


def test_an_unknown_name_is_refused_with_what_is_known() -> None:
    with pytest.raises(
        InputError, match=r"unknown identifier 'emial'; did you mean 'email'\? \(known: adeli, "
    ):
        registry.find_identifier("emial")


def test_names_are_in_alphabetical_order() -> None:
    names = registry.names(registry.IDENTIFIERS)
    assert list(names) == sorted(names)
