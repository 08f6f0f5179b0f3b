"""A plain SQL dump: standard SQL and WKT, for any database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely

from gridmerge.i18n.text import Text
from gridmerge.products.data.geojson import DEGREE_DECIMALS
from gridmerge.products.export.finished_grids import FinishedGrids
from gridmerge.products.export.flat_table import TEXT_COLUMNS, flatten_grid
from gridmerge.products.export.metadata import write_imprint_text


def write_sql(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write ``unified_grid`` and ``unified_grid_member``: made new and filled in one transaction."""
    texts = shapely.to_wkt(grids.degrees, rounding_precision=DEGREE_DECIMALS)
    lines = [
        *(f"-- {line}" for line in write_imprint_text(grids).splitlines()),
        "-- UTF-8; wkt: lon lat",
        "BEGIN;",
        "DROP TABLE IF EXISTS unified_grid_member;",
        "DROP TABLE IF EXISTS unified_grid;",
        _create_statement(grids),
        "CREATE TABLE unified_grid_member (",
        "  grid_code VARCHAR(64) NOT NULL REFERENCES unified_grid (grid_code),",
        "  member_id VARCHAR(64) NOT NULL,",
        "  name VARCHAR(255), duty VARCHAR(32) NOT NULL, phone VARCHAR(64),",
        "  PRIMARY KEY (grid_code, member_id, duty)",
        ");",
    ]
    for row, wkt in zip(grids.rows, texts, strict=True):
        lines.append(
            _insert_statement(
                "unified_grid", {**flatten_grid(row, grids), "coord": grids.coord, "wkt": wkt}
            )
        )
    for row in grids.rows:
        lines += [
            _insert_statement("unified_grid_member", {"grid_code": row["grid_code"], **person})
            for person in row["members"]
        ]
    file.write_text("\n".join([*lines, "COMMIT;", ""]), "utf-8", newline="\n")
    return []


def _create_statement(grids: FinishedGrids) -> str:
    columns = [
        f"  {name} VARCHAR(255) NOT NULL" + (" PRIMARY KEY" if name == "grid_code" else "")
        for name in TEXT_COLUMNS
    ]
    columns += [
        f"  {quote_identifier(name)} DOUBLE PRECISION"
        for name in ("area_m2", "workload", *grids.works)
    ]
    columns += [
        "  boundary_text TEXT",
        "  leader TEXT",
        "  members TEXT",
        "  departments TEXT",
        "  coord VARCHAR(8) NOT NULL",
        "  wkt TEXT NOT NULL",
    ]
    return "CREATE TABLE unified_grid (\n" + ",\n".join(columns) + "\n);"


def _insert_statement(table: str, values: dict[str, Any]) -> str:
    names = ", ".join(quote_identifier(name) for name in values)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(_sql_literal(value) for value in values.values())});"  # noqa: S608 - quoted


def quote_identifier(name: str) -> str:
    """Return a column's name as SQL takes it: plain where it can be, quoted where it must be."""
    plain = name.isascii() and name.isidentifier() and name == name.lower()
    return name if plain else '"' + name.replace('"', '""') + '"'


def _sql_literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + str(value).replace("'", "''").replace("\0", "") + "'"
