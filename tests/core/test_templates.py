"""Template files are read as they are meant, or refused with file, line and template."""

import pytest

from simbreach.core.errors import InputError, TemplateError
from simbreach.core.templates import Call, Choice, Slot, Text, read_rules


def parts(text: str) -> tuple:
    return read_rules({"a.txt": f"a:\n  1 | {text}\n"})["a"].choice.ways[0].parts


def test_a_rule_has_its_file_line_and_ways() -> None:
    rule = read_rules({"a.txt": "# a comment\n\na:\n  3 woman age=18-45 | bonjour\n  1 | salut\n"})["a"]
    assert (rule.file, rule.line) == ("a.txt", 3)
    assert [(way.weight, way.needs, way.line) for way in rule.choice.ways] == [
        (3, ("woman", "age=18-45"), 4),
        (1, (), 5),
    ]


def test_conditions_behind_the_colon_hold_for_all_ways() -> None:
    rule = read_rules({"a.txt": "a: told drug  # of the patient\n  1 | x\n  1 man | y\n"})["a"]
    assert [way.needs for way in rule.choice.ways] == [("told", "drug"), ("told", "drug", "man")]


def test_a_text_holds_slots_calls_and_literals() -> None:
    assert parts("voir <qui> au {tel:contact.phone}") == (
        Text("voir "),
        Call("qui"),
        Text(" au "),
        Slot("tel", "contact.phone"),
    )


def test_a_quoted_text_has_a_label() -> None:
    assert parts("{'fille':person.relation}") == (Text("fille", "person.relation"),)


def test_a_choice_has_weights() -> None:
    (choice,) = parts("(3*a|b|)")
    assert isinstance(choice, Choice)
    assert [(way.weight, way.parts) for way in choice.ways] == [(3, (Text("a"),)), (1, (Text("b"),)), (1, ())]


def test_an_option_is_left_out_first() -> None:
    (choice,) = parts("[20% urgent]")
    assert isinstance(choice, Choice)
    assert [(way.weight, way.parts) for way in choice.ways] == [(80, ()), (20, (Text(" urgent"),))]


@pytest.mark.parametrize(
    ("text", "man", "woman"),
    [("sourd~e", "sourd", "sourde"), ("heureu~x~se", "heureux", "heureuse"), ("~il~elle", "il", "elle")],
)
def test_a_word_agrees_in_gender(text: str, man: str, woman: str) -> None:
    (choice,) = parts(text)
    assert isinstance(choice, Choice)
    assert [(way.needs, way.parts) for way in choice.ways] == [
        (("man",), (Text(man),)),
        (("woman",), (Text(woman),)),
    ]


def test_a_word_agrees_with_the_number_before_it() -> None:
    slot, blank, choice = parts("{n} tube^s")
    assert (slot, blank) == (Slot("n", ""), Text(" "))
    assert isinstance(choice, Choice)
    assert [(way.needs, way.parts) for way in choice.ways] == [
        (("!n=2-",), (Text("tube"),)),
        (("n=2-",), (Text("tubes"),)),
    ]


def test_a_backslash_takes_a_sign_as_it_is() -> None:
    assert parts(r"K \> 5,5 \(urgent\)") == (Text("K > 5,5 (urgent)"),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("voir {tel", "'{' is not closed (column 6 of the text)"),
        ("voir <qui", "'<' is not closed"),
        ("voir (a|b", "'(' is not closed"),
        ("voir [a", "'[' is not closed"),
        ("voir a)", "')' has nothing to close"),
        ("voir }", "'}' has nothing to close"),
        ("a | b", "'|' stands in no '(…)'"),
        ("{tel:phone}", "'phone' is no label of two levels"),
        ("{'fille'}", "a text in braces is quoted and labelled"),
        ("{Tel:contact.phone}", "'Tel' is no name of a field"),
        ("<Qui>", "'Qui' is no name of a rule"),
        ("tube^s", "'tube^s' agrees with the number before it, and there is none"),
        ("{'tube^s':health.status}", "a labelled text has no plural of its own"),
        ("(0*a|b)", "a weight is 1 to"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_with_file_line_and_template(text: str, problem: str) -> None:
    with pytest.raises(TemplateError) as refused:
        read_rules({"notes.txt": f"# first\nphrase:\n  1 | ok\n  2 woman | {text}\n"})
    assert str(refused.value).startswith("notes.txt:4: template 'phrase': ")
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("  1 | x\n", "a.txt:1: a text stands before the first rule"),
        ("a:\n", "a.txt:1: template 'a': has no text below it"),
        ("a:\n  1 | x\nb\n", "a.txt:3: template 'a': expected a rule"),
        ("a:\n  x\n", "a.txt:2: template 'a': a line is a weight"),
        ("a:\n  0 | x\n", "a.txt:2: template 'a': a weight is 1 to 1000000, not 0"),
        ("a:\n  1 age=? | x\n", "a.txt:2: template 'a': 'age=?' is no condition"),
        ("a: age=?\n  1 | x\n", "a.txt:1: template 'a': 'age=?' is no condition"),
        ("a:\n  1 | x\na:\n  1 | y\n", "a.txt:3: template 'a': is there already (a.txt:1)"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(file: str, message: str) -> None:
    with pytest.raises(TemplateError) as refused:
        read_rules({"a.txt": file})
    assert str(refused.value).startswith(message)


def test_a_wrong_template_is_refused_input() -> None:
    assert issubclass(TemplateError, InputError)
    assert TemplateError.exit_code == 2
