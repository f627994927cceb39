import pytest

from simbreach.testing.search import Finder, Known

FINDER = Finder(
    Known(
        nirs=frozenset(["245112857094423", "285052A95790112"]),
        phones=frozenset(["0600202092", "+33 2 15 62 41 11"]),
        emails=frozenset(["guilletcelia99@free.example.net"]),
        ibans=frozenset(["FR76 9999 9000 0100 0000 0000 123"]),
        names=frozenset([("Célia", "LE GUILLET"), ("Marie-Anne", "d'Arc")]),
    )
)


def found(text: str | bytes) -> list[tuple[str, bytes]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [(one.kind, data[one.start : one.end]) for one in FINDER.find(data)]


@pytest.mark.parametrize(
    "text",
    [
        "245112857094423",
        "2451128570944",
        "nir=2 45 11 28 570 944 23",
        "2-45-11-28-570-944",
        "2\u00a045\u202f11 28 570 944",
        "2%2045%2011%2028%20570%20944",
        "2 85 05 2a 957 901 12",
        "285052A957901",
        "0102245112857094423000",
    ],
)
def test_a_nir_is_found_in_any_layout(text: str) -> None:
    assert [kind for kind, _ in found(text)] == ["nir"]


@pytest.mark.parametrize(
    "text",
    [
        "0600202092",
        "06 00 20 20 92",
        "06.00.20.20.92",
        "06-00-20-20-92",
        "0 600 202 092",
        "+33600202092",
        "+33 6 00 20 20 92",
        "+33 (0)6 00 20 20 92",
        "0033 6 00 20 20 92",
        "tel:600202092;",
        "06 00 20 20 92".replace(" ", "\u00a0"),
        b"06\xa000\xa020\xa020\xa092",
    ],
)
def test_a_telephone_is_found_in_any_layout(text: str | bytes) -> None:
    assert [kind for kind, _ in found(text)] == ["phone"]


@pytest.mark.parametrize(
    "text",
    ["10600202092", "06002020921", "2024-05-06 0.0202092", "6 0.0202092", "0600 20209 2", "0600202093"],
)
def test_other_numbers_are_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "guilletcelia99@free.example.net",
        "GuilletCelia99@FREE.Example.net",
        "<mailto:guilletcelia99@free.example.net>",
        "q=guilletcelia99%40free.example.net&x",
        "q=%3Cguilletcelia99@free.example.net%3E",
        "Écrire à guilletcelia99@free.example.net.",
    ],
)
def test_an_address_is_found_in_any_case_and_escaped(text: str) -> None:
    assert [kind for kind, _ in found(text)] == ["email"]


@pytest.mark.parametrize(
    "text",
    ["xguilletcelia99@free.example.net", "guilletcelia99@free.example.net.org", "celia99@free.example.net"],
)
def test_a_longer_or_shorter_address_is_another(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Célia Le Guillet",
        "LE GUILLET, CELIA",
        "celia.le-guillet",
        "Ce\u0301lia Le\u00a0Guillet",
        "Célia Le Guillet".encode("cp1252"),
        '{"name": "C\\u00e9lia Le Guillet"}',
        "Marie-Anne d’Arc",
        "D'ARC MARIE ANNE",
    ],
)
def test_a_name_is_found_in_either_order_without_case_and_accents(text: str | bytes) -> None:
    assert [kind for kind, _ in found(text)] == ["name"]


@pytest.mark.parametrize(
    "text", ["Célia", "Guillet", "Célia Guillet", "Celiane Le Guillet", "Célia, dit-on, Le Guillet", ""]
)
def test_half_a_name_or_another_is_none(text: str) -> None:
    assert found(text) == []


def test_an_iban_is_found_spaced_or_not() -> None:
    assert [kind for kind, _ in found("FR7699999000010000000000123")] == ["iban"]
    assert [kind for kind, _ in found("FR76 9999 9000 0100 0000 0000 123")] == ["iban"]


def test_places_are_those_of_the_data_across_chunks_and_behind_accents() -> None:
    text = ("é" * 300_001 + " 0600202092 " + "x" * 300_000 + " Célia Le Guillet").encode()
    assert [(kind, value) for kind, value in found(text)] == [
        ("phone", b"600202092"),
        ("name", "Célia Le Guillet".encode()),
    ]
