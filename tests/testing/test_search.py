import pytest

from simbreach.testing.escapes import unescaped, utf_16_of
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


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", r"06\u00a000\u00a012\u00a034\u00a056"),
        ("phone", r"06\u202f00\u202f12\u202f34\u202f56"),
        ("phone", "06%E2%80%AF00%E2%80%AF12%E2%80%AF34%E2%80%AF56"),
        ("email", r"jean.dupont\u0040orange.example.com"),
        ("email", "jean.dupont&#64;orange.example.com"),
        ("name", "J%C3%A9r%C3%B4me%20Lef%C3%A8vre"),
        ("name", "J%E9r%F4me+Lef%E8vre"),
        ("phone", "06%2E00%2E12%2E34%2E56"),
        ("phone", "06&nbsp;00&nbsp;12&nbsp;34&nbsp;56"),
        ("phone", "06&#160;00&#xA0;12&#160;34&#160;56"),
        ("email", "JEAN%2EDUPONT%40ORANGE%2Eexample%2Ecom"),
        ("email", "jean&period;dupont&commat;orange&#46;example.com"),
        ("name", "J&eacute;r&ocirc;me&nbsp;LEF&Egrave;VRE"),
        ("name", "J&#233;r&#xf4;me Lef&#xE8;vre"),
        ("name", r"J\\u00e9r\\u00f4me Lef\\u00e8vre"),
        ("name", r"J\xc3\xa9r\xc3\xb4me Lef\xc3\xa8vre"),
        ("name", r"Je\u0301ro\u0302me Lefe\u0300vre"),
    ],
)
def test_what_is_escaped_for_urls_and_json_is_found_at_its_place(kind: str, text: str) -> None:
    known = Known(
        phones=frozenset({"0600123456"}),
        emails=frozenset({"jean.dupont@orange.example.com"}),
        names=frozenset({("Jérôme", "Lefèvre")}),
    )
    (found,) = Finder(known).find(f"x {text} y".encode())
    assert found.kind == kind
    assert found.end == 2 + len(text)


@pytest.mark.parametrize(
    "text",
    [
        "where nir like '%245112857094423%'",
        "where phone like '%0600202092%'",
        "where phone like '%600202092%'",
        "tel=%200600202092",
        "tel=%2B33600202092",
    ],
)
def test_a_sign_that_might_escape_the_digits_behind_it_hides_no_number(text: str) -> None:
    assert len(found(text)) == 1


def test_what_escapes_a_letter_or_a_digit_or_nothing_stays_as_it_is() -> None:
    data = rb"100 % &copy C:\users \u0041 %41 %31 &#65; &#x31; &unknown; \x41"
    assert unescaped(data) == data


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        ("é".encode("utf-16"), "utf-16"),
        ("Écrire à l’hôpital".encode("utf-16-le"), "utf-16-le"),
        ("Écrire à l’hôpital".encode("utf-16-be"), "utf-16-be"),
        ("Écrire à l’hôpital".encode(), None),
        (bytes(64), None),
        (b"\1\0\0\0\2\0\0\0", None),
        (b"", None),
    ],
)
def test_utf_16_is_known_by_its_mark_or_by_every_other_byte(head: bytes, codec: str | None) -> None:
    assert utf_16_of(head) == codec
