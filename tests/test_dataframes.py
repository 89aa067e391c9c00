"""The tables of a run as pandas data frames."""

import pytest

import unspin
from unspin import runs
from unspin.settings import Choices, Settings
from unspin.tables import TABLES, TableError

TEXT = "Talks\n\nThe minister of NA met Kenya on 3 March 2025. The army did not leave Libya.\n"


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_columns_have_the_types_of_the_schema(tmp_path, form):
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "NA.txt").write_text(TEXT)
    runs.run([tmp_path / "in"], Choices(Settings(), str(tmp_path / "run"), form, 1))
    found = unspin.load_run(tmp_path / "run")
    assert list(found) == list(TABLES)
    kinds = {"integer": "Int64", "number": "Float64", "boolean": "boolean"}
    for name, table in TABLES.items():
        assert list(found[name].columns) == list(table.header)
        for column in table.columns:
            if column.type in kinds:
                assert str(found[name][column.name].dtype) == kinds[column.type], column.name
            else:
                assert not found[name][column.name].isna().any(), column.name
    relations = found["relations"]
    assert relations[relations["negated"]]["predicate"].tolist() == ["leave"]
    assert found["blocks"]["row"].isna().all()
    assert found["documents"]["doc_id"].tolist() == ["NA.txt"]


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(TableError, match="is no run folder"):
        unspin.load_run(tmp_path)
