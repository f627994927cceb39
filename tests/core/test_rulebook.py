"""Rules that could not be written for some row are refused before the first one."""

import pytest

from simbreach.core.errors import TemplateError
from simbreach.core.grammar import Grammar
from simbreach.core.rulebook import compile_grammar
from simbreach.core.templates import read_rules

FACTS = {"woman": "flag", "told": "flag", "age": "number", "condition": "code"}
SLOTS = {"name": "", "mobile": "mobile", "drug": "drug", "bare_drug": "drug"}


def compiled(text: str, start: str = "a") -> Grammar:
    rules = read_rules({"notes.txt": text})
    return compile_grammar(rules, (start,), facts=FACTS, slots=SLOTS, demands={"health.": "told"})


FALLBACK = "every way has a condition, or a slot that may be empty: one without is needed for the rest"


@pytest.mark.parametrize(
    ("text", "line", "template", "problem"),
    [
        ("a:\n  1 | {nam}\n", 2, "a", "unknown field 'nam'; did you mean 'name'?"),
        ("a:\n  1 | <phon>\nphone:\n  1 | x\n", 2, "a", "unknown template 'phon'; did you mean 'phone'?"),
        ("a:\n  1 agee=3 | x\n  1 | y\n", 2, "a", "unknown condition 'agee'; did you mean 'age'?"),
        ("a:\n  1 age | x\n  1 | y\n", 2, "a", "'age': age is asked as 'age=18-45'"),
        ("a:\n  1 told=3 | x\n  1 | y\n", 2, "a", "'told=3': told is asked as 'told'"),
        (
            "a:\n  1 condition | x\n  1 | y\n",
            2,
            "a",
            "'condition': condition is asked as 'condition=E10,E11'",
        ),
        (
            "b:\n  1 | <c>\nc:\n  1 | x [<a>]\na:\n  1 | (x|<b>)\n",
            1,
            "b",
            "goes round in a circle: b → c → a → b",
        ),
        ("a:\n  1 | x<a>\n", 1, "a", "goes round in a circle: a → a"),
        ("a:\n  1 woman | x\n  1 age=3-4 | y\n", 2, "a", FALLBACK),
        ("a:\n  1 | (par {mobile}|dire {drug})\n", 2, "a", FALLBACK),
        ("a:\n  2 | {'sourd':health.status}\n  1 woman | x\n", 2, "a", FALLBACK),
    ],
)
def test_a_rule_that_cannot_be_written_is_refused_with_file_line_and_template(
    text: str, line: int, template: str, problem: str
) -> None:
    with pytest.raises(TemplateError) as refused:
        compiled(text)
    assert str(refused.value) == f"notes.txt:{line}: template {template!r}: {problem}"


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  1 woman | x\n  1 man | y\n",
        "a:\n  1 told | x\n  1 !told | y\n",
        "a: drug\n  1 | {drug}\n  1 woman | {bare_drug}\n",
        "a:\n  1 drug | (voir {drug}|voir {bare_drug} [woman])\n  1 | x\n",
        "a:\n  1 | [ {mobile}]\n",
    ],
)
def test_a_rule_that_always_has_a_way_is_taken(text: str) -> None:
    assert compiled(text).starts == {"a": 0}


def test_a_way_needs_what_its_parts_need() -> None:
    grammar = compiled("a:\n  9 | <b>\n  1 | x\nb: age=18-45\n  1 | {mobile}\n")
    assert grammar.conditions == ("age=18-45", "mobile")


def test_a_label_of_health_needs_that_it_may_be_told() -> None:
    assert compiled("a:\n  1 | {drug:health.drug}\n  1 | x\n").conditions == ("drug", "told")
