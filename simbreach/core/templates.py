"""Template files, read: rules of a text grammar as people write them, with the line of whatever is wrong.

    parent: age=40-110
      30 coupled | {'mari':person.relation} {partner:name.first}
       8 | (prévenir|appeler) {'sa fille':person.relation}[ {daughter:name.first}]

A rule is a name and a colon; each indented line below it is one way to say it: a weight, conditions that must
hold, `|`, and the text. Conditions behind the colon hold for all ways. `docs/comments.md` tells the language.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from simbreach.core.errors import TemplateError

# The fact that agreement in gender follows, and the word for its contrary.
WOMAN, MAN = "woman", "man"


@dataclass(frozen=True)
class Text:
    """A stretch of literal text, with what it says about somebody (empty: nothing)."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class Slot:
    """Where the value of a field stands."""

    field: str
    label: str


@dataclass(frozen=True)
class Call:
    """Where one of the ways of another rule stands."""

    rule: str


@dataclass(frozen=True)
class Way:
    """One way to say something: a weight, the conditions that it needs, and its parts in order."""

    weight: int
    needs: tuple[str, ...]
    parts: "tuple[Part, ...]"
    line: int


@dataclass(frozen=True)
class Choice:
    """Several ways, of which one is taken."""

    ways: tuple[Way, ...]


Part: TypeAlias = Text | Slot | Call | Choice


@dataclass(frozen=True)
class Rule:
    """A named choice, and where it stands."""

    name: str
    file: str
    line: int
    choice: Choice


_HEADER = re.compile(r"([a-z][a-z0-9_]*):((?:\s+[^\s#]+)*)\s*(?:#.*)?")
_WAY = re.compile(r"\s+(\d+)((?:\s+\S+)*?)\s+\|(?:\s(.*))?$")
_CONDITION = re.compile(r"!?[a-z_]+(?:=[A-Za-z0-9.,-]+)?")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LABEL = re.compile(r"[a-z]+\.[a-z_0-9]+")
# A stem with its endings for a man and a woman (`heureu~x~se`, `sourd~e`), or with a plural (`tube^s`).
_GENDER = re.compile(r"([^\s~^/(]*)~([\w]*)(?:~([\w]*))?")
_NUMBER = re.compile(r"([^\s~^/(]*)\^([\w]+)")
_AGREEING = re.compile(f"{_GENDER.pattern}|{_NUMBER.pattern}")
# Text without a sign of its own.
_PLAIN = re.compile(r"[^<{(\[\\>})\]|]+")
_SPECIAL = "\\<>{}()[]|"
_HEAVIEST = 1_000_000


def read_rules(texts: Mapping[str, str]) -> dict[str, Rule]:
    """The rules of template files (name of the file → its text), by name, in their order.

    TemplateError with file, line and rule for what cannot be read, and for a rule that is there twice.
    """
    rules: dict[str, Rule] = {}
    for file, text in texts.items():
        for rule in _read_file(file, text):
            if rule.name in rules:
                other = rules[rule.name]
                refuse(file, rule.line, rule.name, f"is there already ({other.file}:{other.line})")
            rules[rule.name] = rule
    return rules


def refuse(file: str, line: int, rule: str, problem: str) -> NoReturn:
    """Raise the TemplateError of one problem."""
    where = f"template {rule!r}: " if rule else ""
    raise TemplateError(f"{file}:{line}: {where}{problem}")


def _read_file(file: str, text: str) -> Iterator[Rule]:
    name, start, ways = "", 0, list[Way]()
    needs: tuple[str, ...] = ()
    for line, written in enumerate(text.splitlines(), start=1):
        bare = written.rstrip()
        if not bare or bare.lstrip().startswith("#"):
            continue
        header = _HEADER.fullmatch(bare)
        if header:
            if name:
                yield _rule(file, start, name, ways)
            name, start, ways = header[1], line, []
            needs = _conditions(file, line, name, header[2])
        elif not bare[0].isspace():
            refuse(file, line, name, f"expected a rule ('name:') or an indented line, found {bare[:30]!r}")
        elif not name:
            refuse(file, line, name, "a text stands before the first rule ('name:')")
        else:
            ways.append(_read_way(file, line, name, needs, bare))
    if name:
        yield _rule(file, start, name, ways)


def _rule(file: str, line: int, name: str, ways: list[Way]) -> Rule:
    if not ways:
        refuse(file, line, name, "has no text below it")
    return Rule(name, file, line, Choice(tuple(ways)))


def _conditions(file: str, line: int, rule: str, written: str) -> tuple[str, ...]:
    needs = tuple(written.split())
    for need in needs:
        if not _CONDITION.fullmatch(need):
            refuse(file, line, rule, f"{need!r} is no condition (name, !name, name=18-45, name=E10,E11)")
    return needs


def _read_way(file: str, line: int, rule: str, needs: tuple[str, ...], written: str) -> Way:
    found = _WAY.match(written)
    if not found:
        refuse(file, line, rule, "a line is a weight, conditions or none, '|' and the text: '  20 woman | …'")
    needs += _conditions(file, line, rule, found[2])
    weight = int(found[1])
    if not 1 <= weight <= _HEAVIEST:
        refuse(file, line, rule, f"a weight is 1 to {_HEAVIEST}, not {weight}")
    parts = _Reader(file, line, rule, found[3] or "").read()
    return Way(weight, needs, parts, line)


class _Reader:
    """Reads the text of one way, from left to right."""

    def __init__(self, file: str, line: int, rule: str, text: str) -> None:
        self._where = (file, line, rule)
        self._text = text
        self._at = 0
        # The field of the last slot: what a plural agrees with.
        self._number = ""

    def read(self) -> tuple[Part, ...]:
        parts = self._sequence("")
        if self._at < len(self._text):
            self._refuse(f"{self._text[self._at]!r} has nothing to close")
        return parts

    def _refuse(self, problem: str) -> NoReturn:
        refuse(*self._where, f"{problem} (column {self._at + 1} of the text)")

    def _sequence(self, until: str) -> tuple[Part, ...]:
        parts: list[Part] = []
        literal = ""
        while self._at < len(self._text) and self._text[self._at] not in until:
            sign = self._text[self._at]
            if sign in "<{([":
                parts += self._literal(literal)
                literal = ""
                parts.append(self._construct(sign))
            elif sign == "\\":
                literal += self._text[self._at + 1 : self._at + 2]
                self._at += 2
            elif sign in ">})]|":
                self._refuse(f"{sign!r} has nothing to close" if sign != "|" else "'|' stands in no '(…)'")
            else:
                plain = _PLAIN.match(self._text, self._at)
                assert plain
                literal += plain[0]
                self._at = plain.end()
        return (*parts, *self._literal(literal))

    def _construct(self, sign: str) -> Part:
        start = self._at
        self._at += 1
        if sign == "(":
            return self._choice(start, ")")
        if sign == "[":
            share = self._share(r"([1-9]\d?)%", 50)
            inside = self._choice(start, "]")
            line = self._where[1]
            parts = inside.ways[0].parts if len(inside.ways) == 1 else (inside,)
            return Choice((Way(100 - share, (), (), line), Way(share, (), parts, line)))
        end = self._text.find("}" if sign == "{" else ">", self._at)
        if end < 0:
            self._at = start
            self._refuse(f"{sign!r} is not closed")
        inner = self._text[self._at : end]
        self._at = end + 1
        return self._slot(inner) if sign == "{" else self._call(inner)

    def _share(self, pattern: str, default: int) -> int:
        found = re.match(pattern, self._text[self._at :])
        if not found:
            return default
        self._at += found.end()
        return int(found[1])

    def _choice(self, start: int, end: str) -> Choice:
        ways = []
        while True:
            weight = self._share(r"(\d+)\*", 1)
            if not 1 <= weight <= _HEAVIEST:
                self._refuse(f"a weight is 1 to {_HEAVIEST}, not {weight}")
            parts = self._sequence("|" + end)
            ways.append(Way(weight, (), parts, self._where[1]))
            if self._at >= len(self._text):
                self._at = start
                self._refuse(f"{self._text[start]!r} is not closed")
            self._at += 1
            if self._text[self._at - 1] == end:
                return Choice(tuple(ways))

    def _call(self, inner: str) -> Call:
        if not _NAME.fullmatch(inner):
            self._refuse(f"{inner!r} is no name of a rule")
        return Call(inner)

    def _slot(self, inner: str) -> Part:
        content, colon, label = inner.rpartition(":")
        if not colon:
            content, label = inner, ""
        elif not _LABEL.fullmatch(label):
            self._refuse(f"{label!r} is no label of two levels, such as name.first")
        if content[:1] == "'":
            if len(content) < 3 or content[-1] != "'" or not label:
                self._refuse("a text in braces is quoted and labelled: {'fille':person.relation}")
            return self._labelled(content[1:-1], label)
        if not _NAME.fullmatch(content):
            self._refuse(f"{content!r} is no name of a field")
        self._number = content
        return Slot(content, label)

    def _labelled(self, content: str, label: str) -> Part:
        """A text, or several between bars, all of the label; one piece each."""
        ways = []
        for text in content.split("|"):
            if _NUMBER.search(text):
                self._refuse(f"{text!r}: a labelled text has no plural of its own")
            forms: tuple[str, ...] = (text,)
            if _GENDER.search(text):
                forms = tuple(dict.fromkeys(_agree(text, woman) for woman in (False, True)))
            ways.append(self._said(tuple(Text(form, label) for form in forms)))
        if len(ways) == 1 and len(ways[0].parts) == 1:
            return ways[0].parts[0]
        return Choice(tuple(ways))

    def _said(self, forms: tuple[Text, ...]) -> Way:
        """The form of a man, and where it differs that of a woman."""
        line = self._where[1]
        if len(forms) == 1:
            return Way(1, (), forms, line)
        said = Choice(tuple(Way(1, (fact,), (f,), line) for fact, f in zip((MAN, WOMAN), forms, strict=True)))
        return Way(1, (), (said,), line)

    def _literal(self, text: str) -> list[Part]:
        """Literal text, its words that agree as choices of their forms."""
        parts: list[Part] = []
        rest = 0
        for found in _AGREEING.finditer(text):
            if found.start() > rest:
                parts.append(Text(text[rest : found.start()]))
            parts.append(self._agreeing(found))
            rest = found.end()
        if rest < len(text):
            parts.append(Text(text[rest:]))
        return parts

    def _agreeing(self, found: re.Match[str]) -> Choice:
        line = self._where[1]
        if found[5]:
            if not self._number:
                self._refuse(f"{found[0]!r} agrees with the number before it, and there is none")
            one, several, fact = found[4], found[4] + found[5], f"{self._number}=2-"
            return Choice(
                (Way(1, (f"!{fact}",), (Text(one),), line), Way(1, (fact,), (Text(several),), line))
            )
        forms = [(MAN, _agree(found[0], False)), (WOMAN, _agree(found[0], True))]
        return Choice(tuple(Way(1, (fact,), (Text(form),) if form else (), line) for fact, form in forms))


def _agree(text: str, woman: bool) -> str:
    """The text as it is said of a woman, or of a man."""

    def form(found: re.Match[str]) -> str:
        stem, first, second = found.groups()
        ending = (first if second is None else second) if woman else ("" if second is None else first)
        return stem + ending

    return _GENDER.sub(form, text)
