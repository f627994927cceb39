"""The shape sql_dump is parsed by sqlglot, value by value, and every span is its value as written."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

Leaks = Callable[..., Any]
READ = {"mysql": "mysql", "postgresql": "postgres"}
MYSQL = {"\\\\": "\\", "\\'": "'", '\\"': '"', "\\n": "\n", "\\r": "\r", "\\0": "\0", "\\Z": "\x1a"}


def unescape_mysql(text: str) -> str:
    """A MySQL literal's text. Source: MySQL 8.0 manual, 11.1.1 String Literals."""
    found, place = "", 0
    while place < len(text):
        pair = text[place : place + 2]
        found += MYSQL.get(pair, text[place])
        place += 2 if pair in MYSQL else 1
    return found


UNESCAPE = {"mysql": unescape_mysql, "postgresql": lambda text: text.replace("''", "'")}


@pytest.mark.parametrize("look", ["mysql", "postgresql"])
def test_sqlglot_reads_every_value(leaked: Leaks, look: str) -> None:
    leak = leaked("sql_dump", look=look, columns="PAT_NOM,PAT_ADR1,PAT_COMM,PAT_NIR,LAB_NOM")
    statements = sqlglot.parse(leak.files["dump.sql"].decode(), read=READ[look])
    found = [
        tuple(None if isinstance(cell, exp.Null) else cell.this for cell in line.expressions)
        for statement in statements
        if isinstance(statement, exp.Insert)
        for line in statement.expression.expressions
    ]
    names = ["PAT_NOM", "PAT_ADR1", "PAT_COMM", "PAT_NIR", "LAB_NOM"]
    assert found == [tuple(row[name] for name in names) for row in leak.rows]


@pytest.mark.parametrize("look", ["mysql", "postgresql"])
def test_every_span_is_its_value(leaked: Leaks, look: str) -> None:
    leak = leaked("sql_dump", look=look)
    assert leak.faults("utf-8", UNESCAPE[look]) == []
    assert leak.filled <= {(span["row"], span["column"]) for span in leak.spans}


@pytest.mark.parametrize("encoding", ["cp1252", "cp850"])
def test_code_pages_are_named_in_the_dump(leaked: Leaks, encoding: str) -> None:
    leak = leaked("sql_dump", encoding=encoding)
    assert f"SET NAMES {'latin1' if encoding == 'cp1252' else 'cp850'}".encode() in leak.files["dump.sql"]
    wrong = [
        cell
        for _, _, cell in leak.faults(encoding, unescape_mysql)
        if cell.encode(encoding, "ignore").decode(encoding) == cell
    ]
    assert wrong == []


def test_an_insert_has_as_many_rows_as_asked_at_most(leaked: Leaks) -> None:
    leak = leaked("sql_dump", insert_rows=7, columns="PAT_NOM")
    statements = sqlglot.parse(leak.files["dump.sql"].decode(), read="mysql")
    sizes = [len(s.expression.expressions) for s in statements if isinstance(s, exp.Insert)]
    assert set(sizes[:-1]) == {7}
    assert sum(sizes) == len(leak.rows)


def test_without_a_header_no_table_is_created(leaked: Leaks) -> None:
    assert b"CREATE TABLE" not in leaked("sql_dump", header="none").files["dump.sql"]
