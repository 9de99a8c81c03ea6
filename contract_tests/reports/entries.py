"""The entries of the target file as a page of Markdown, made from the fields that hold them."""

from typing import Any

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.entries import DIALECT_VARIABLE, ENTRIES, REQUIRED, Entry

_PAGE = """\
# The entries of the target file

`fleet-contract entries` prints this page. A flag wins over the environment, the environment over the file, and the file
over the default. An empty variable counts as not set. Line ends around a value are removed.

`env:NAME` stands for what the environment variable NAME holds, and `file:PATH` for the one line that a file holds. Both
work where the table names them. In a header they may follow one word: `Authorization = "Bearer env:STAGING_TOKEN"`. A
relative path starts from the folder of the target file; in a variable or a flag, from the working directory.

Files are read as UTF-8, or as what their byte order mark names. Under plain pytest the flags begin with `--fleet-`.

{table}

The table `[dialect]` gives answers to questions (`"create.status" = "200"`): the server is then held to them. Its
environment variable is `{dialect}`, as `create.status=200,duplicate.status=409`.
"""
_COLUMNS = ("entry", "what it is", "what it holds", "default", "environment variable", "flag")


def entries_page() -> str:
    """Return the page, with a row for each entry."""
    rows = [_COLUMNS, ["---"] * len(_COLUMNS), *map(_row, ENTRIES.values())]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    return _PAGE.format(table=table, dialect=DIALECT_VARIABLE)


def _row(entry: Entry) -> list[str]:
    name, variable, flag = (f"`{each}`" if each else "" for each in (entry.name, entry.variable, entry.flag))
    return [name, entry.meaning, entry.kind.words, _written(entry.default), variable, flag]


def _written(default: Any) -> str:
    """Return a default as the file would write it, and nothing where the entry is simply absent."""
    if default is REQUIRED:
        return "required"
    if default in (None, (), {}):
        return ""
    if isinstance(default, Depth):
        return f"`{default.word}`"
    text = str(default).lower() if isinstance(default, bool) else f"{default:g}" if type(default) is float else default
    return f"`{text}`"
