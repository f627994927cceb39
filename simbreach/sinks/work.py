"""What the sinks write: tables in units, of which each can be made alone."""

from collections.abc import Mapping
from typing import Protocol

from simbreach.core.arrow import Batches, Schema


class Work(Protocol):
    """What is to be written: tables in units, of which each can be made alone, by any thread."""

    @property
    def plan(self) -> Mapping[str, object]:
        """What makes the rows what they are, fit for JSON; `digest` tells two plans apart."""

    @property
    def units(self) -> int:
        """How many units there are."""

    @property
    def schemas(self) -> Mapping[str, Schema]:
        """The columns of each table, `tables/…` or `truth/…`, strings plain."""

    @property
    def readme(self) -> str:
        """The text of `LISEZMOI.txt`."""

    def make(self, unit: int) -> Batches:
        """The rows of each table that has any in `unit`; strings may be dictionary-encoded (int32)."""

    def start_row(self, table: str, unit: int) -> int:
        """The number of the first row of `unit` in `table`: increasing, and known without making it."""
