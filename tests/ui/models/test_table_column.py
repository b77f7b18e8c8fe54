"""The order that a column gives to rows."""

from __future__ import annotations

from flux_desktop.ui.models.table_column import TableColumn

COLUMN: TableColumn[tuple[str, str | None]] = TableColumn(
    "Kind", "what it is", lambda row: row[0], lambda row: row[1], 40
)
ROWS = [("a", "x"), ("b", None), ("c", ""), ("d", "x"), ("e", None)]


def test_rows_without_a_value_stand_last_and_equal_ones_keep_their_order() -> None:
    assert [row[0] for row in COLUMN.ordered(ROWS, descending=False)] == ["c", "a", "d", "b", "e"]
    assert [row[0] for row in COLUMN.ordered(ROWS, descending=True)] == ["a", "d", "c", "b", "e"]
