"""A plain SQL dump: standard SQL and WKT, for any database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely

from gridmerge.publish.exports.about import in_words
from gridmerge.publish.exports.reopen import Grids
from gridmerge.publish.exports.table import TEXTS, record
from gridmerge.publish.geojson import DECIMALS
from gridmerge.text import Text


def write_sql(grids: Grids, file: Path) -> list[Text]:
    """Write ``unified_grid`` and ``unified_grid_member``: made new and filled in one transaction."""
    texts = shapely.to_wkt(grids.degrees, rounding_precision=DECIMALS)
    lines = [
        *(f"-- {line}" for line in in_words(grids).splitlines()),
        "-- UTF-8; wkt: lon lat",
        "BEGIN;",
        "DROP TABLE IF EXISTS unified_grid_member;",
        "DROP TABLE IF EXISTS unified_grid;",
        _create(grids),
        "CREATE TABLE unified_grid_member (",
        "  grid_code VARCHAR(64) NOT NULL REFERENCES unified_grid (grid_code),",
        "  member_id VARCHAR(64) NOT NULL,",
        "  name VARCHAR(255), duty VARCHAR(32) NOT NULL, phone VARCHAR(64),",
        "  PRIMARY KEY (grid_code, member_id, duty)",
        ");",
    ]
    for row, wkt in zip(grids.rows, texts, strict=True):
        lines.append(_insert("unified_grid", {**record(row, grids), "coord": grids.coord, "wkt": wkt}))
    for row in grids.rows:
        lines += [
            _insert("unified_grid_member", {"grid_code": row["grid_code"], **person}) for person in row["members"]
        ]
    file.write_text("\n".join([*lines, "COMMIT;", ""]), "utf-8", newline="\n")
    return []


def _create(grids: Grids) -> str:
    columns = [f"  {name} VARCHAR(255) NOT NULL" + (" PRIMARY KEY" if name == "grid_code" else "") for name in TEXTS]
    columns += [f"  {quoted(name)} DOUBLE PRECISION" for name in ("area_m2", "workload", *grids.works)]
    columns += [
        "  boundary_text TEXT",
        "  leader TEXT",
        "  members TEXT",
        "  departments TEXT",
        "  coord VARCHAR(8) NOT NULL",
        "  wkt TEXT NOT NULL",
    ]
    return "CREATE TABLE unified_grid (\n" + ",\n".join(columns) + "\n);"


def _insert(table: str, values: dict[str, Any]) -> str:
    names = ", ".join(quoted(name) for name in values)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(_literal(value) for value in values.values())});"  # noqa: S608 - quoted


def quoted(name: str) -> str:
    """Return a column's name as SQL takes it: plain where it can be, quoted where it must be."""
    plain = name.isascii() and name.isidentifier() and name == name.lower()
    return name if plain else '"' + name.replace('"', '""') + '"'


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + str(value).replace("'", "''").replace("\0", "") + "'"
