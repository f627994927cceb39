"""The rules of template files, checked and laid out in arrays: a grammar that writes.

Nothing is written before all rules are known to be sound: every name is known, no rule goes round in a
circle, and in every row that comes to a choice one of its ways fits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from simbreach.core.arrays import I64, U64
from simbreach.core.arrow import strings
from simbreach.core.errors import did_you_mean
from simbreach.core.grammar import BLANK, NOTHING, WORD, Grammar
from simbreach.core.spans import NO_LABEL
from simbreach.core.templates import MAN, WOMAN, Call, Choice, Part, Rule, Slot, Text, Way, refuse

# Signs before which no blank stands.
_TIGHT = ",.;)"
# How a condition on a fact of each kind is written.
_FORMS = {"flag": "{0}", "number": "{0}=18-45", "code": "{0}=E10,E11"}


def compile_grammar(
    rules: Mapping[str, Rule],
    starts: Iterable[str],
    *,
    facts: Mapping[str, str],
    slots: Mapping[str, str],
    demands: Mapping[str, str],
) -> Grammar:
    """The grammar of `rules`; TemplateError, with file, line and template, for whatever cannot be written.

    `facts` are what conditions may ask, and how: `flag`, `number` or `code`. `slots` are the fields that may
    stand in a text, each with the fact or slot that tells in which rows it has a value (empty: in all): a way
    that holds one is taken only there. `demands` does the same for labels, by how they begin: `health.` only
    where a fact holds.
    """
    checker = _Checker(rules, facts, slots, demands)
    for rule in rules.values():
        checker.needs_of(rule)
    return _lay_out(rules, tuple(starts), checker)


class _Checker:
    """Finds what each choice and way needs, and refuses what is unknown or may leave a row without a way."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        facts: Mapping[str, str],
        slots: Mapping[str, str],
        demands: Mapping[str, str],
    ) -> None:
        self._rules, self._slots, self._demands = rules, slots, demands
        self._known = {MAN: "flag", **dict.fromkeys(slots, "flag"), **facts}
        self._open: list[str] = []
        self._done: dict[str, frozenset[str]] = {}
        # What all ways of a choice need, by the choice's identity: choices of the same words are several.
        self.needs: dict[int, frozenset[str]] = {}
        self._way_needs: dict[int, frozenset[str]] = {}

    def needs_of(self, rule: Rule) -> frozenset[str]:
        """What holds in all rows that can come to the rule."""
        if rule.name in self._open:
            chain = " → ".join([*self._open[self._open.index(rule.name) :], rule.name])
            refuse(rule.file, rule.line, rule.name, f"goes round in a circle: {chain}")
        if rule.name not in self._done:
            self._open.append(rule.name)
            self._done[rule.name] = self._choice(rule, rule.choice, frozenset())
            self._open.pop()
        return self._done[rule.name]

    def way_needs(self, way: Way) -> frozenset[str]:
        """The conditions of a way, and those of its parts (which are known by then)."""
        if id(way) not in self._way_needs:
            self._way_needs[id(way)] = self._gather(way)
        return self._way_needs[id(way)]

    def _gather(self, way: Way) -> frozenset[str]:
        needs = {_normal(condition) for condition in way.needs}
        for part in way.parts:
            if isinstance(part, Slot) and self._slots[part.field]:
                needs.add(self._slots[part.field])
            if isinstance(part, Slot | Text):
                needs |= {fact for head, fact in self._demands.items() if part.label.startswith(head)}
            elif isinstance(part, Call):
                needs |= self._done[part.rule]
            elif isinstance(part, Choice):
                needs |= self.needs[id(part)]
        return frozenset(needs)

    def _choice(self, rule: Rule, choice: Choice, given: frozenset[str]) -> frozenset[str]:
        """What all ways of the choice need; `given` holds already wherever it stands."""
        for way in choice.ways:
            self._way(rule, way, given)
        needs = [self.way_needs(way) for way in choice.ways]
        common = frozenset.intersection(*needs)
        if not _covers([need - common - given for need in needs]):
            refuse(
                rule.file,
                choice.ways[0].line,
                rule.name,
                "every way has a condition, or a slot that may be empty: one without is needed for the rest",
            )
        self.needs[id(choice)] = common
        return common

    def _way(self, rule: Rule, way: Way, given: frozenset[str]) -> None:
        for condition in way.needs:
            self._condition(rule, way, condition)
        inside = given | {_normal(condition) for condition in way.needs}
        for part in way.parts:
            if isinstance(part, Slot) and part.field not in self._slots:
                self._unknown(rule, way, "field", part.field, self._slots)
            elif isinstance(part, Call):
                if part.rule not in self._rules:
                    self._unknown(rule, way, "template", part.rule, self._rules)
                self.needs_of(self._rules[part.rule])
            elif isinstance(part, Choice):
                self._choice(rule, part, inside)

    def _condition(self, rule: Rule, way: Way, condition: str) -> None:
        name, equals, wanted = condition.removeprefix("!").partition("=")
        if name not in self._known:
            self._unknown(rule, way, "condition", name, self._known)
        kind = self._known[name]
        low, _, high = wanted.partition("-")
        right = {
            "flag": not equals,
            "number": low.isdecimal() and (not high or high.isdecimal()),
            "code": bool(wanted),
        }
        if not right[kind]:
            form = _FORMS[kind].format(name)
            refuse(rule.file, way.line, rule.name, f"{condition!r}: {name} is asked as {form!r}")

    def _unknown(self, rule: Rule, way: Way, kind: str, name: str, known: Mapping[str, object]) -> None:
        refuse(rule.file, way.line, rule.name, f"unknown {kind} {name!r}{did_you_mean(name, known)}")


def _normal(condition: str) -> str:
    """The condition with `man` as the contrary of `woman`."""
    bare = condition.removeprefix("!")
    negative = (condition != bare) != (bare == MAN)
    return ("!" if negative else "") + (WOMAN if bare == MAN else bare)


def _covers(rests: list[frozenset[str]]) -> bool:
    """Whether one way asks for nothing, or two for one thing and its contrary: so that one always fits."""
    alone = {next(iter(rest)) for rest in rests if len(rest) == 1}
    return not all(rests) or any(f"!{condition}" in alone for condition in alone)


@dataclass(frozen=True)
class _Tables:
    """What symbols refer to, each with its number: phrases, fields, labels, and choices by identity."""

    phrases: dict[str, int]
    fields: dict[str, int]
    labels: dict[str, int]
    choices: dict[int, Choice]
    numbers: dict[int, int]

    def refer(self, part: Part, rules: Mapping[str, Rule]) -> int:
        """The number of a part, counted through phrases, fields and choices."""
        if isinstance(part, Text):
            return self.phrases[part.text.strip(" ")]
        if isinstance(part, Slot):
            return len(self.phrases) + self.fields[part.field]
        choice = rules[part.rule].choice if isinstance(part, Call) else part
        return len(self.phrases) + len(self.fields) + self.numbers[id(choice)]


def _collect(rules: Mapping[str, Rule]) -> _Tables:
    tables = _Tables({"": NOTHING, " ": BLANK}, {}, {}, {}, {})
    waiting = [rule.choice for rule in list(rules.values())[::-1]]
    while waiting:
        choice = waiting.pop()
        tables.numbers[id(choice)] = len(tables.choices)
        tables.choices[id(choice)] = choice
        for part in (part for way in choice.ways for part in way.parts):
            if isinstance(part, Choice):
                waiting.append(part)
            elif isinstance(part, Text):
                tables.phrases.setdefault(part.text.strip(" "), len(tables.phrases))
            elif isinstance(part, Slot):
                tables.fields.setdefault(part.field, len(tables.fields))
            if isinstance(part, Text | Slot) and part.label:
                tables.labels.setdefault(part.label, len(tables.labels))
    return tables


def _lay_out(rules: Mapping[str, Rule], starts: tuple[str, ...], checker: _Checker) -> Grammar:
    tables = _collect(rules)
    ways = [way for choice in tables.choices.values() for way in choice.ways]
    parts = [part for way in ways for part in way.parts]
    said = [part.label if isinstance(part, Text | Slot) else "" for part in parts]
    texts = [part.text if isinstance(part, Text) else "" for part in parts]
    # A blank alone counts once, as one that leads.
    trails = [text.endswith(" ") and text.strip(" ") != "" for text in texts]
    guards = {
        id(way): checker.way_needs(way) - checker.needs[id(choice)]
        for choice in tables.choices.values()
        for way in choice.ways
    }
    conditions = sorted({condition for guard in guards.values() for condition in guard})
    words = list(tables.phrases)
    return Grammar(
        starts={name: tables.numbers[id(rules[name].choice)] for name in starts},
        conditions=tuple(conditions),
        asked={name: _asked(rules, rules[name].choice, guards, conditions) for name in starts},
        fields=tuple(tables.fields),
        phrases=strings([*words, *(word[:1].upper() + word[1:] for word in words)]),
        tight=np.array([word != "" and word[0] in _TIGHT for word in words]),
        labels=tuple(tables.labels),
        first_way=_edges(len(choice.ways) for choice in tables.choices.values()).astype(np.int32),
        ends=np.cumsum([way.weight for way in ways]).astype(np.int64),
        guards=_bits([guards[id(way)] for way in ways], conditions),
        first_symbol=_edges(len(way.parts) for way in ways).astype(np.int32),
        refers=np.array([tables.refer(part, rules) for part in parts], dtype=np.int32),
        label=np.array([tables.labels[label] if label else NO_LABEL for label in said], dtype=np.int16),
        leads=np.array([text.startswith(" ") for text in texts]),
        trails=np.array(trails),
    )


def _asked(
    rules: Mapping[str, Rule],
    start: Choice,
    guards: Mapping[int, frozenset[str]],
    conditions: list[str],
) -> tuple[int, ...]:
    """The places of the conditions that some way asks for to which `start` may lead."""
    seen: set[int] = set()
    found: set[str] = set()
    waiting = [start]
    while waiting:
        choice = waiting.pop()
        if id(choice) in seen:
            continue
        seen.add(id(choice))
        for way in choice.ways:
            found |= guards[id(way)]
            for part in way.parts:
                if isinstance(part, Call):
                    waiting.append(rules[part.rule].choice)
                elif isinstance(part, Choice):
                    waiting.append(part)
    return tuple(place for place, condition in enumerate(conditions) if condition in found)


def _edges(counts: Iterable[int]) -> I64:
    return np.cumsum([0, *counts])


def _bits(guards: list[frozenset[str]], conditions: list[str]) -> U64:
    """`uint64[words, ways]`: which conditions each way waits for."""
    places = {condition: place for place, condition in enumerate(conditions)}
    matrix = np.zeros((len(conditions) // WORD + 1, len(guards)), dtype=np.uint64)
    for number, guard in enumerate(guards):
        for condition in guard:
            matrix[places[condition] // WORD, number] |= np.uint64(1 << places[condition] % WORD)
    return matrix
