"""Lazy columns of some rows: a field is a function, and its parameters are the fields it derives from.

A frame holds ids and a table of field functions. Asking it for a field calls that function once, with the
fields that its parameters name; `draw` stands for the field's own draws at these ids, `frame` for the frame
itself, for a field that needs others in few rows only. A parameter such as
`mother_birth_name` is the field `birth_name` of the rows that the relation `mother` leads to.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import FunctionType
from typing import Any, TypeAlias

import numpy as np

from simbreach.core import arrow
from simbreach.core.arrays import I64
from simbreach.core.arrow import Coded, Joined, Lookup, from_numpy
from simbreach.core.spans import Pieces
from simbreach.core.streams import HashDraw

# A column: integers, codes into a vocabulary, or strings.
Values: TypeAlias = Any
Function: TypeAlias = Callable[..., Values]


@cache
def _parameters(function: Function) -> tuple[str, ...]:
    given: tuple[str, ...] | None = getattr(function, "fields", None)
    if given is not None:
        return given
    if isinstance(function, FunctionType):
        # It says so itself; `inspect` takes forty times as long.
        return function.__code__.co_varnames[: function.__code__.co_argcount]
    return tuple(inspect.signature(function).parameters)


def named(parameters: Iterable[str], function: Function) -> Function:
    """The function under other parameter names: those of the fields that it is to be given, of any form."""
    function.fields = tuple(parameters)  # type: ignore[attr-defined]
    return function


def take(values: Values, places: I64) -> Values:
    """The rows of a column at `places`."""
    if isinstance(values, Coded | Lookup | Pieces):
        return values.take(places)
    if isinstance(values, Joined):
        return Joined(tuple(part.take(places) for part in values.parts), values.separator)
    if isinstance(values, np.ndarray):
        return values.take(places, axis=0)
    if isinstance(values, tuple):
        return tuple(take(part, places) for part in values)
    return values.take(from_numpy(places))


def spread(values: Values, places: I64, rows: int) -> Values:
    """A column of `rows` rows with `values` at `places`; elsewhere nothing (-1 in signed integers)."""
    if isinstance(values, Coded):
        codes = np.full(rows, -1, dtype=np.int32)
        codes[places] = values.codes
        return Coded(codes, values.words)
    if isinstance(values, Joined):
        return Joined(tuple(spread(part, places, rows) for part in values.parts), values.separator)
    if isinstance(values, Pieces):
        return values.spread(places, rows)
    if isinstance(values, tuple):
        return tuple(spread(part, places, rows) for part in values)
    if isinstance(values, np.ndarray):
        empty = -1 if values.dtype.kind == "i" else 0
        whole = np.full((rows, *values.shape[1:]), empty, dtype=values.dtype)
        whole[places] = values
        return whole
    return arrow.scatter(values, places, rows)


class Frame:
    """Columns of the rows `ids` (`int64[n]`), made when first asked for and kept.

    A field may ask for the ids under the name of the path's first part: `person_id` in ("person",).

    `functions` are the fields that can be made, `given` the columns known beforehand; `relations` maps a
    prefix to the field that holds the ids it leads to (-1: nowhere), within the same functions. `shared`
    names the fields whose draws are bound to another id column than the frame's (a household's address to
    the household), so that all who share the id draw the same. `constants` are parameters that are the same
    for all rows. What a frame cannot make, `outer` may: the same rows seen as something else (a visit's
    person).
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        *,
        seed: int,
        path: tuple[str, ...],
        ids: I64,
        given: Mapping[str, Values] | None = None,
        relations: Mapping[str, str] | None = None,
        shared: Mapping[str, str] | None = None,
        constants: Mapping[str, Any] | None = None,
        outer: "Frame | None" = None,
    ) -> None:
        self._functions = functions
        self._seed = seed
        self._path = path
        self._ids = ids
        self._relations = relations or {}
        self._shared = shared or {}
        self._constants = constants or {}
        self._outer = outer
        # Under which name a field may ask for the ids themselves.
        self._id = f"{path[0]}_id"
        self._columns: dict[str, Values] = {self._id: ids, **(given or {})}
        self._related: dict[str, tuple[Frame, I64 | None]] = {}
        self._whole: tuple[Frame, I64] | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, name: object) -> bool:
        known = name in self._columns or name in self._functions or self._prefix(str(name)) is not None
        return known or (self._outer is not None and name in self._outer)

    def __getitem__(self, name: str) -> Values:
        if name not in self._columns:
            self._columns[name] = self._make(name)
        return self._columns[name]

    def at(self, places: I64) -> "Frame":
        """A frame of the rows at `places`; a column known here is cut from here, others are made there."""
        outer = None if self._outer is None else self._outer.at(places)
        frame = self._like(self._ids.take(places), outer)
        frame._whole = (self, places)
        return frame

    def _like(self, ids: I64, outer: "Frame | None" = None) -> "Frame":
        return Frame(
            self._functions,
            seed=self._seed,
            path=self._path,
            ids=ids,
            relations=self._relations,
            shared=self._shared,
            constants=self._constants,
            outer=outer,
        )

    def _knows(self, name: str) -> bool:
        """Whether a column is there, or can be cut from the frame that this one is cut from."""
        return name in self._columns or (self._whole is not None and self._whole[0]._knows(name))

    def _make(self, name: str) -> Values:
        if self._whole is not None:
            parent, rows = self._whole
            if parent._knows(name):
                return take(parent[name], rows)
        if name in self._functions:
            return self._call(name)
        prefix = self._prefix(name)
        if prefix is None:
            if self._outer is None:
                raise KeyError(name)
            return self._outer[name]
        frame, places = self._follow(prefix)
        values = frame[name[len(prefix) + 1 :]]
        return values if places is None else spread(values, places, len(self))

    def _call(self, name: str) -> Values:
        function = self._functions[name]
        arguments = [
            self.draw(name) if parameter == "draw" else self._argument(parameter)
            for parameter in _parameters(function)
        ]
        return function(*arguments)

    def draw(self, name: str) -> HashDraw:
        """The draws of the field `name` at these rows."""
        ids = self[self._shared[name]] if name in self._shared else self._ids
        return HashDraw(self._seed, (*self._path, name), ids.view(np.uint64))

    def _argument(self, name: str) -> Values:
        if name == "frame":
            return self
        return self._constants[name] if name in self._constants else self[name]

    def _prefix(self, name: str) -> str | None:
        return next((r for r in self._relations if name.startswith(r + "_")), None)

    def _follow(self, relation: str) -> "tuple[Frame, I64 | None]":
        """The frame a relation leads to, and the rows that lead there (None: all of them)."""
        if relation not in self._related:
            ids = self[self._relations[relation]]
            places = np.flatnonzero(ids >= 0)
            whole = len(places) == len(ids)
            frame = self._like(ids if whole else ids[places])
            self._related[relation] = (frame, None if whole else places)
        return self._related[relation]
