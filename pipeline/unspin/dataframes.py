"""The tables of a run as pandas data frames, each column with the type of its schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unspin.tables import OPTIONAL, TABLES, TableError, has_table, is_run, read_rows

if TYPE_CHECKING:
    import pandas as pd


def load_run(run: str | Path) -> dict[str, pd.DataFrame]:
    """Give the tables of a run folder by name, from CSV or Parquet: ``documents``, ``relations`` and the others.

    Rows stand in the order of the files.  A cell of text is never missing
    (*NA* is a text like any other, an empty one is empty); numbers and truths may be.
    Raises TableError where the folder is no run, or a table lacks a column.

    >>> load_run("no-run")
    Traceback (most recent call last):
    unspin.tables.TableError: no-run: is no run folder; `unspin run INPUT -o no-run` makes one
    """
    import pandas as pd

    folder = Path(run)
    if not is_run(folder):
        raise TableError(f"{folder}: is no run folder; `unspin run INPUT -o {folder}` makes one")
    found: dict[str, pd.DataFrame] = {}
    for name, table in (TABLES | OPTIONAL).items():
        if name in OPTIONAL and not has_table(folder, name):
            continue
        frame = pd.DataFrame(read_rows(folder, name), columns=list(table.header), dtype="str")
        for column in table.columns:
            cells = frame[column.name]
            if column.type == "boolean":
                frame[column.name] = cells.map({"true": True, "false": False}).astype("boolean")
            elif column.type == "integer":
                frame[column.name] = pd.to_numeric(cells, errors="coerce").astype("Int64")
            elif column.type == "number":
                frame[column.name] = pd.to_numeric(cells, errors="coerce").astype("Float64")
        found[name] = frame
    return found
