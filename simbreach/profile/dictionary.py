"""A profile's data dictionary: tables, columns, labels, fills, spellings, defects, policies, sources.

For whoever must read a leak, or explain it, and does not read TOML.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from pydantic import BaseModel

from simbreach.core.labels import LABELS
from simbreach.core.schema import FIELDS
from simbreach.profile.checks import column_type
from simbreach.profile.defects import shares
from simbreach.profile.fills import Fills
from simbreach.profile.markup import Markup
from simbreach.profile.model import Column, Defect, Profile, Source, Spelling, Table
from simbreach.profile.resolve import spelling
from simbreach.profile.wording import Wording

# What is written where nobody says how (engine.spell).
_DEFAULTS: Final = {
    "date": {"format": "%d/%m/%Y"},
    "time": {"format": "%H:%M"},
    "phone": {"layout": "##########"},
    "nir": {"layout": "###############"},
}
_CASES: Final = {"upper": "upper", "lower": "lower", "title": "capitalised", "keep": "keep"}
# Sections of a profile that have a chapter of their own, or none.
_TOLD: Final = {"population", "dates"}
# Sources that are listed by name; of more, only their number is said.
_FEW: Final = 6


def dictionary(profile: Profile, markup: Markup, wording: Wording, communes: Mapping[str, str]) -> str:
    """The dictionary as one document; `communes` names the seats of the sources by their INSEE codes."""
    return _Dictionary(profile, markup, wording, communes).document()


class _Dictionary:
    """The chapters of one document."""

    def __init__(
        self, profile: Profile, markup: Markup, wording: Wording, communes: Mapping[str, str]
    ) -> None:
        self.profile, self.communes = profile, communes
        self.m, self.w = markup, wording
        self.fills = Fills(profile)
        # How each source writes, and the columns that are written so: numbered as they come.
        self.ways: dict[tuple[str, ...], list[str]] = {}

    def document(self) -> str:
        title = self.w("colon", self.w("dictionary"), self.profile.title)
        tables = [block for table in self.profile.tables for block in self._table(table)]
        chapters = (self._fills, self._spellings, self._defects, self._policies, self._people, self._lists)
        blocks = [
            self.m.heading(1, title, "top"),
            self.m.paragraph(self.m.text(self.profile.description)),
            self.m.paragraph(self.m.text(self.w("intro"))),
            *self._glance(),
            *tables,
            *(block for chapter in chapters for block in chapter()),
            *self._sources(),
        ]
        return self.m.document(blocks, title, self.w.language)

    def _chapter(self, key: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
        """A chapter that is a table behind a paragraph; none where the table is empty."""
        lines = list(rows)
        if not lines:
            return []
        return [
            self.m.heading(2, self.w(key), key),
            self.m.paragraph(self.m.text(self.w(f"{key}_intro"))),
            self.m.table([self.m.text(self.w(name)) for name in heading], lines),
        ]

    def _glance(self) -> Iterator[str]:
        profile, w = self.profile, self.w
        sensitive = [_label(column)[1] for table in profile.tables for column in table.columns]
        said = {
            "profile": profile.name,
            "as_of": str(profile.as_of),
            "visits": w("span", str(profile.dates.first_day), str(profile.dates.last_day)),
            "sources": w.count(len(profile.sources)),
            "tables": ", ".join(table.name for table in profile.tables),
            "columns": w.count(len(sensitive)),
            "seed": w("seeds", str(profile.seed), str(profile.population.seed)),
        }
        for kind in ("direct", "quasi", "article-9"):
            said[kind] = w("of", w.count(sensitive.count(kind)), w.count(len(sensitive)))
        yield self.m.heading(2, w("glance"), "glance")
        rows = [
            (self.m.text(w(key)[:1].lower() + w(key)[1:]), self.m.text(text)) for key, text in said.items()
        ]
        yield self.m.table(("", ""), rows)

    def _table(self, table: Table) -> Iterator[str]:
        w, m = self.w, self.m
        yield m.heading(2, w("table", table.name), f"table-{table.name}")
        count = w("rows_each", ", ".join(table.for_each)) if table.for_each else w.count(table.rows)
        said = (("rows", count), ("columns", w.count(len(table.columns))))
        yield m.paragraph(m.text(", ".join(w("colon", w(key), text) for key, text in said)))
        heading = ("column", "field", "meaning", "label", "sensitivity", "filled", "written")
        yield m.table([m.text(w(key)) for key in heading], [self._column(column) for column in table.columns])

    def _column(self, column: Column) -> list[str]:
        label, sensitivity = _label(column)
        return [
            self.m.code(column.name),
            self.m.code(column.field),
            self._meaning(column),
            self.m.code(label),
            self.m.text(self.w(sensitivity)),
            self._filled(column),
            self._written(column),
        ]

    def _meaning(self, column: Column) -> str:
        w, m = self.w, self.m
        if column.field in FIELDS:
            field = FIELDS[column.field]
            return m.text(w.meaning(field)) + (f" ({m.code(', '.join(field.words))})" if field.words else "")
        if column.field == "choice":
            values = (
                f"{m.code(value)} {m.text(w.percent(share))}"
                for value, share in (column.values or {}).items()
            )
            return w("choice", ", ".join(values))
        named = ", ".join(m.code(name) for name in column.columns or ())
        said = {
            "empty": (),
            "constant": (m.code(column.value or ""),),
            "number": tuple(m.text(_scaled(limit, column.decimals)) for limit in (column.low, column.high)),
            "serial": (),
            "date_offset": (m.code(column.of or ""), m.text(str(column.low)), m.text(str(column.high))),
            "sum": (named,),
            "product": (named,),
            "list": (m.code(column.of or ""),),
        }
        if column.field not in said:
            return w("borrowed", m.code(column.field))
        return w("listed" if column.field == "list" else column.field, *said[column.field])

    def _filled(self, column: Column) -> str:
        """The share overall, its range where it varies, and the column that it goes with."""
        w, m = self.w, self.m
        overall, by_source, by_year = self.fills.shares(column)
        text = w.percent(overall)
        varying = by_source if self.fills.differ(column) else by_year
        low, high = min(varying), max(varying)
        if low != high:
            text = w("from_to", text, w.percent(low), w.percent(high))
        companion = f", {w('with', m.code(column.filled_with))}" if column.filled_with else ""
        return m.text(text) + companion

    def _written(self, column: Column) -> str:
        """The number of the spelling, with what it says where all sources write alike."""
        kind = column_type(self.profile, column)
        ways = tuple(self._way(spelling(self.profile, s, column), kind) for s in self.profile.sources)
        if set(ways) == {self.m.text(self.w("plain"))}:
            return ""
        self.ways.setdefault(ways, []).append(column.name)
        number = list(self.ways).index(ways) + 1
        commonest, _ = max(
            _grouped(ways), key=lambda group: sum(self.fills.rows[place] for place in group[1])
        )
        more = "" if len(set(ways)) == 1 else " …"
        return self.w("colon", self.m.link(str(number), f"spelling-{number}"), commonest + more)

    def _way(self, options: Spelling, kind: str) -> str:
        """A spelling in words."""
        w, m = self.w, self.m
        said: dict[str, Any] = dict(_DEFAULTS.get(kind, {}))
        said |= {
            key: value for key in options.model_fields_set if (value := getattr(options, key)) is not None
        }
        share = said.pop("empty_share", Decimal(1))
        how: dict[str, Callable[[Any], str]] = {
            "case": lambda case: m.text(w(_CASES[case])),
            "accents": lambda kept: m.text(w("accents" if kept else "no_accents")),
            "hyphens": lambda kept: m.text(w("hyphens" if kept == "keep" else "no_hyphens")),
            "width": lambda width: m.text(w("width", str(width))),
            "pad": lambda padded: m.text(w("pad")) if padded else "",
            "layout": lambda layout: w("digits", m.code(layout)),
            "format": lambda form: m.code(_readable(form, w("letters"))),
            "decimal": lambda mark: w("decimal", m.code(mark)),
            "words": lambda words: w("words", m.code(", ".join(f"{a} → {b}" for a, b in words.items()))),
            "empty": lambda filler: w("placeholder", m.code(filler), m.text(w.percent(share))),
        }
        parts = [how[key](said[key]) for key in how if key in said]
        return ", ".join(part for part in parts if part) or m.text(w("plain"))

    def _fills(self) -> list[str]:
        """The columns whose fill is not the same everywhere."""
        w, m = self.w, self.m
        rows = []
        for table in self.profile.tables:
            for column in table.columns:
                overall, by_source, by_year = self.fills.shares(column)
                varies, yearly = self.fills.differ(column), column.fill_by_year is not None
                if varies or yearly:
                    sources = [
                        m.text(w("colon", w.percent(share), self._named(places)))
                        for share, places in _grouped(by_source)
                    ]
                    years = [
                        m.text(w("colon", str(year), w.percent(share)))
                        for year, share in zip(self.fills.years, by_year, strict=True)
                    ]
                    rows.append(
                        (
                            m.code(f"{table.name}.{column.name}"),
                            m.text(w.percent(overall)),
                            m.lines(sources) if varies else "",
                            m.lines(years) if yearly else "",
                        )
                    )
        return self._chapter("fills", ("column", "overall", "by_source", "by_year"), rows)

    def _named(self, places: Sequence[int]) -> str:
        """The sources at `places`, by name where they are few."""
        if len(places) == len(self.profile.sources):
            return self.w("all_sources")
        if len(places) > _FEW:
            return f"{len(places)} {self.w('sources').lower()}"
        return ", ".join(self.profile.sources[place].name for place in places)

    def _spellings(self) -> Iterator[str]:
        """For each way in which columns are written: what each source does."""
        w, m = self.w, self.m
        yield m.heading(2, w("spellings"), "spellings")
        yield m.paragraph(m.text(w("spellings_intro")))
        total = sum(self.fills.rows)
        for number, (ways, columns) in enumerate(self.ways.items(), 1):
            yield m.heading(3, f"{w('spelling').capitalize()} {number}", f"spelling-{number}")
            yield m.paragraph(", ".join(m.code(name) for name in columns))
            rows = [
                (
                    way,
                    m.text(w.percent(Fraction(sum(self.fills.rows[place] for place in places), total))),
                    m.text(self._named(places)),
                )
                for way, places in _grouped(ways)
            ]
            yield m.table([m.text(w(key)) for key in ("written", "share", "sources")], rows)

    def _defects(self) -> list[str]:
        return self._chapter(
            "defects",
            ("defect", "kind", "where", "share", "sources"),
            [self._defect(defect) for defect in self.profile.defects],
        )

    def _defect(self, defect: Defect) -> list[str]:
        w, m = self.w, self.m
        what = m.text(w.defect(defect.kind))
        for detail in (defect.value, None if defect.width is None else str(defect.width)):
            what = what if detail is None else w("colon", what, m.code(detail))
        more = [f"{m.text(w('more_for', w.group(g)))} (× {n})" for g, n in defect.more_for.items()]
        columns = [c.name for t in self.profile.tables for c in t.columns if c.field in defect.fields]
        by_source = shares(self.profile, defect)
        struck = [(share, places) for share, places in _grouped(by_source) if share]
        return [
            m.code(defect.name),
            m.lines([what, *more]),
            ", ".join(m.code(name) for name in dict.fromkeys(columns)),
            m.text(" / ".join(w.percent(share) for share, _ in struck)),
            m.lines(
                m.text(
                    self._named(places)
                    if len(struck) == 1
                    else w("colon", w.percent(share), self._named(places))
                )
                for share, places in struck
            ),
        ]

    def _policies(self) -> list[str]:
        """The keys of the sections that have no chapter of their own, with what they mean."""
        rows = []
        for name in type(self.profile).model_fields:
            section = getattr(self.profile, name)
            if isinstance(section, BaseModel) and name not in _TOLD:
                for key, info in type(section).model_fields.items():
                    path = f"{name}.{info.alias or key}"
                    meaning = self.w.policy(path, info.description or "")
                    value = _shown(getattr(section, key))
                    rows.append((self.m.code(path), self.m.code(value), self.m.text(meaning)))
        return self._chapter("policies", ("key", "value", "meaning"), rows)

    def _people(self) -> list[str]:
        weights = self.profile.population.weights
        if weights is None:
            return []
        bands = sorted({*weights.women, *weights.men}, key=lambda band: int(band.partition("-")[0]))
        rows = [
            [
                self.m.text(band),
                *(
                    self.m.text(self.w.percent(sex.get(band, Decimal(0))))
                    for sex in (weights.women, weights.men)
                ),
            ]
            for band in bands
        ]
        return self._chapter("people", ("age", "women", "men"), rows)

    def _lists(self) -> list[str]:
        rows = [
            (
                self.m.code(words.name),
                ", ".join(self.m.code(name) for name in words.columns),
                self.m.text(self.w.count(len(words.entries))),
            )
            for words in self.profile.lists
        ]
        return self._chapter("lists", ("list", "columns", "entries"), rows)

    def _sources(self) -> list[str]:
        heading = ("source", "title", "code", "sort", "seat", "rows", "share", "visits")
        staff = ("prescribers", "samplers", "habits")
        total = sum(self.fills.rows)
        rows = [
            self._source(source, count, Fraction(count, total))
            for source, count in zip(self.profile.sources, self.fills.rows, strict=True)
        ]
        return self._chapter("sources", (*heading, *staff), rows)

    def _source(self, source: Source, rows: int, share: Fraction) -> list[str]:
        w, m, dates = self.w, self.m, self.profile.dates
        seat = f"{self.communes.get(source.commune, '')} ({source.commune})".strip()
        first, last = source.first_day or dates.first_day, source.last_day or dates.last_day
        return [
            m.code(source.name),
            m.text(source.title),
            m.code(source.code),
            m.text(w(source.kind)),
            m.text(w("within", seat, str(source.reach_km))),
            m.text(w.count(rows)),
            m.text(w.percent(share)),
            m.text(w("span", str(first), str(last))),
            m.text(w.count(source.prescribers)),
            m.text(w.count(source.samplers)),
            ", ".join(m.code(habit) for habit in source.habits),
        ]


def _label(column: Column) -> tuple[str, str]:
    """Label and sensitivity of a column, as truth.columns says them."""
    if column.field in FIELDS:
        return FIELDS[column.field].label, FIELDS[column.field].sensitivity
    label = column.label or "technical.value"
    return label, column.sensitivity or (LABELS[label].sensitivity if label in LABELS else "other")


def _scaled(number: int | None, decimals: int | None) -> str:
    """A limit of the profile, which counts in units of the last decimal."""
    return str(Decimal(number or 0).scaleb(-(decimals or 0)))


def _readable(form: str, letters: str) -> str:
    """A strftime format in a reader's letters: DD/MM/YYYY."""
    day, month, year, *clock = letters.split()
    signs = {"%d": day * 2, "%m": month * 2, "%Y": year * 4, "%y": year * 2}
    signs |= {f"%{sign}": letter * 2 for sign, letter in zip("HMS", clock, strict=True)}
    for sign, text in signs.items():
        form = form.replace(sign, text)
    return form


def _grouped(values: Sequence[Any]) -> list[tuple[Any, list[int]]]:
    """Each different value with its places, the most frequent first."""
    places: dict[Any, list[int]] = {}
    for place, value in enumerate(values):
        places.setdefault(value, []).append(place)
    return sorted(places.items(), key=lambda item: -len(item[1]))


def _shown(value: object) -> str:
    """A value of the profile as text."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_shown(inner)}" for key, inner in value.items())
    if isinstance(value, BaseModel):
        return _shown(value.model_dump(by_alias=True))
    if isinstance(value, tuple | list):
        return ", ".join(_shown(inner) for inner in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)
