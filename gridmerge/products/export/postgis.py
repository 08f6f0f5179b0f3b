"""PostGIS: the grids with their history, in one transaction."""

from __future__ import annotations

import importlib.util
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

import shapely

from gridmerge.errors import OutputError
from gridmerge.i18n.text import Text
from gridmerge.products.export.finished_grids import FinishedGrids
from gridmerge.products.export.metadata import make_script_imprint
from gridmerge.products.export.sql import quote_identifier

DEFAULT_SCHEMA = "gridmerge"
_GRID_COLUMNS = (
    "grid_code", "grid_name", "grid_type", "village_code", "village_name",
    "area_m2", "workload", "works", "boundary_text", "leader", "departments",
)  # fmt: skip
_MEMBER_COLUMNS = ("grid_code", "member_id", "name", "duty", "phone")


def _same_condition(columns: tuple[str, ...]) -> str:
    """Two records say the same; a missing figure is like another missing one."""
    return " AND ".join(f"new.{name} IS NOT DISTINCT FROM old.{name}" for name in columns)


_CREATE = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.{grid} (
  grid_code text NOT NULL,
  grid_name text NOT NULL,
  grid_type text NOT NULL CHECK (grid_type IN ('comprehensive', 'exclusive')),
  village_code text NOT NULL,
  village_name text NOT NULL,
  area_m2 double precision NOT NULL,
  workload double precision,
  works jsonb NOT NULL,
  boundary_text text NOT NULL,
  leader text NOT NULL,
  departments text[] NOT NULL,
  geom geometry(MultiPolygon, {srid}) NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  PRIMARY KEY (grid_code, valid_from),
  CHECK (valid_to > valid_from)
);
CREATE TABLE IF NOT EXISTS {schema}.{member} (
  grid_code text NOT NULL,
  member_id text NOT NULL,
  name text NOT NULL,
  duty text NOT NULL,
  phone text NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  PRIMARY KEY (grid_code, member_id, duty, valid_from),
  CHECK (valid_to > valid_from)
);
CREATE TABLE IF NOT EXISTS {schema}.about (
  project text NOT NULL,
  mark text NOT NULL,
  audience text NOT NULL,
  review_number text NOT NULL,
  date date NOT NULL,
  sources text NOT NULL,
  coordinates text NOT NULL,
  PRIMARY KEY (project, coordinates)
);
CREATE UNIQUE INDEX IF NOT EXISTS {grid}_now ON {schema}.{grid} (grid_code) WHERE valid_to IS NULL;
CREATE INDEX IF NOT EXISTS {grid}_place ON {schema}.{grid} USING gist (geom);
CREATE INDEX IF NOT EXISTS {grid}_village ON {schema}.{grid} (village_code);
CREATE UNIQUE INDEX IF NOT EXISTS {member}_now ON {schema}.{member} (grid_code, member_id, duty) WHERE valid_to IS NULL;
CREATE INDEX IF NOT EXISTS {member}_who ON {schema}.{member} (member_id);
CREATE OR REPLACE VIEW {schema}.{grid}_current AS SELECT * FROM {schema}.{grid} WHERE valid_to IS NULL;
CREATE OR REPLACE VIEW {schema}.{member}_current AS SELECT * FROM {schema}.{member} WHERE valid_to IS NULL;
"""

_NEW = """
CREATE TEMPORARY TABLE new_grid ON COMMIT DROP AS SELECT {grid_columns}, geom, NULL::bytea AS wkb FROM {schema}.{grid} WHERE false;
CREATE TEMPORARY TABLE new_member ON COMMIT DROP AS SELECT {member_columns} FROM {schema}.{member} WHERE false;
""".replace("{grid_columns}", ", ".join(_GRID_COLUMNS)).replace(
    "{member_columns}", ", ".join(_MEMBER_COLUMNS)
)

# A database may hold many townships: only what lies in the villages at hand can be replaced.
_OF_THESE_VILLAGES = "village_code IN (SELECT village_code FROM new_grid)"

_REPLACE_MEMBERS = (
    """
UPDATE {schema}.{member} old SET valid_to = now() WHERE valid_to IS NULL
  AND grid_code IN (SELECT grid_code FROM {schema}.{grid} WHERE {of_these})
  AND NOT EXISTS (SELECT FROM new_member new WHERE {same});
INSERT INTO {schema}.{member} ({columns}, valid_from) SELECT {columns}, now() FROM new_member new
  WHERE NOT EXISTS (SELECT FROM {schema}.{member} old WHERE old.valid_to IS NULL AND {same});
""".replace("{columns}", ", ".join(_MEMBER_COLUMNS))
    .replace("{same}", _same_condition(_MEMBER_COLUMNS))
    .replace("{of_these}", _OF_THESE_VILLAGES)
)

_CLOSE_GRIDS = """
UPDATE {schema}.{grid} old SET valid_to = now() WHERE valid_to IS NULL AND {of_these}
  AND NOT EXISTS (SELECT FROM new_grid new WHERE {same} AND ST_AsBinary(new.geom) = ST_AsBinary(old.geom));
""".replace("{same}", _same_condition(_GRID_COLUMNS)).replace("{of_these}", _OF_THESE_VILLAGES)

_ADD_GRIDS = """
INSERT INTO {schema}.{grid} ({columns}, geom, valid_from) SELECT {columns}, geom, now() FROM new_grid new
  WHERE NOT EXISTS (SELECT FROM {schema}.{grid} old WHERE old.valid_to IS NULL AND old.grid_code = new.grid_code);
""".replace("{columns}", ", ".join(_GRID_COLUMNS))

_ABOUT = """
INSERT INTO {schema}.about (project, mark, audience, review_number, date, sources, coordinates)
  VALUES (%(project)s, %(mark)s, %(audience)s, %(review_number)s, %(date)s, %(sources)s, %(coordinates)s)
  ON CONFLICT (project, coordinates) DO UPDATE SET mark = EXCLUDED.mark, audience = EXCLUDED.audience,
  review_number = EXCLUDED.review_number, date = EXCLUDED.date, sources = EXCLUDED.sources;
"""

_COMMENTS = {
    "": "综合网格，含历史：valid_to 为空的是现行网格 / unified grids with their history",
    "grid_code": "网格编码：村（社区）代码 + 3 位 / village code + 3 digits",
    "grid_name": "网格名称 / name",
    "grid_type": "comprehensive 综合网格，exclusive 专属网格",
    "village_code": "村（社区）代码 / village code",
    "village_name": "村（社区）名称 / village name",
    "area_m2": "面积，平方米，投影坐标系下 / m2 in the projected working CRS",
    "workload": "工作量，标准网格当量 / work, in standard grids",
    "works": "各项工作量 / each workload by name",
    "boundary_text": "四至 / boundary in words",
    "leader": "网格长 / leader",
    "departments": "涉及的部门图层 / keys of the networks present",
    "geom": "范围 / land",
    "valid_from": "生效时间 / valid from",
    "valid_to": "失效时间，空为现行 / valid to; empty: in force",
}


def write_postgis(grids: FinishedGrids, url: str) -> list[Text]:
    """Bring a PostGIS up to date: new and changed grids are added, changed and vanished ones closed; all or nothing.

    Parameters
    ----------
    grids
        What is in force from now on. Grids of villages that are not among them stay as they are.
    url
        ``postgresql://user:password@host:port/database``, with ``?schema=NAME`` for another schema than gridmerge.
        Shifted coordinates go to tables of their own (``grid_gcj02``), without an SRID.

    Returns
    -------
    list of Text
        How many grids were added, closed and left as they are.

    Raises
    ------
    OutputError
        psycopg is not installed, or the database refuses; nothing was changed then.
    """
    if importlib.util.find_spec("psycopg") is None:
        raise OutputError(
            "写入 PostGIS 需要 psycopg；请运行 pip install gridmerge[postgis]。",
            "PostGIS needs psycopg; run pip install gridmerge[postgis].",
        )
    import psycopg  # noqa: PLC0415 - an extra

    plain, schema = _split_url(url)
    try:
        with psycopg.connect(plain) as connection, connection.cursor() as cursor:
            return _update_tables(cursor, grids, schema)
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise OutputError(
            f"写入数据库失败（{reason}）；数据库未改动。请检查地址、权限和 PostGIS 扩展。",
            f"The database refused ({reason}); it is unchanged. Check the address, the rights and the PostGIS extension.",
        ) from error


def _split_url(url: str) -> tuple[str, str]:
    """The address as PostgreSQL knows it, and our own ``schema``."""
    address, _, query = url.partition("?")
    asked = dict(parse_qsl(query))
    schema = asked.pop("schema", DEFAULT_SCHEMA)
    return f"{address}?{urlencode(asked)}" if asked else address, schema


def _update_tables(cursor: Any, grids: FinishedGrids, schema: str) -> list[Text]:
    suffix = "" if grids.coord == "wgs84" else f"_{grids.coord}"
    srid = (grids.geographic.to_epsg() or 0) if grids.coord == "wgs84" else 0
    names = {
        "schema": quote_identifier(schema),
        "grid": f"grid{suffix}",
        "member": f"member{suffix}",
        "srid": srid,
    }
    # two exports at once take turns
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('gridmerge'))")
    cursor.execute(_CREATE.format(**names))
    cursor.execute(_comment_statements(names))
    _fill_tables(cursor, grids, names)
    cursor.execute(_REPLACE_MEMBERS.format(**names))
    cursor.execute(_CLOSE_GRIDS.format(**names))
    closed = cursor.rowcount
    cursor.execute(_ADD_GRIDS.format(**names))
    added = cursor.rowcount
    cursor.execute(_ABOUT.format(**names), make_script_imprint(grids))
    return [
        Text(
            f"现行网格 {len(grids.rows)} 个：新增或变更 {added} 个，停用旧记录 {closed} 条。",
            f"{len(grids.rows)} grids in force: {added} added or changed, {closed} earlier records closed.",
        )
    ]


def _comment_statements(names: dict[str, Any]) -> str:
    table = "{schema}.{grid}".format(**names)
    lines = [f"COMMENT ON TABLE {table} IS '{_COMMENTS['']}';"]
    lines += [
        f"COMMENT ON COLUMN {table}.{column} IS '{text}';"
        for column, text in _COMMENTS.items()
        if column
    ]
    notes = {
        names["member"]: "网格员与网格，含历史 / members of grids with their history",
        "about": "各项目最近一次导入：性质、审图号、日期、来源 / imprint of the last export of each project",
    }
    lines += [
        f"COMMENT ON TABLE {names['schema']}.{name} IS '{text}';" for name, text in notes.items()
    ]
    return "\n".join(lines)


def _fill_tables(cursor: Any, grids: FinishedGrids, names: dict[str, Any]) -> None:
    """Put what is to be in force into two tables that live as long as the transaction."""
    cursor.execute(_NEW.format(**names))
    shapes = shapely.to_wkb(grids.degrees)
    with cursor.copy(f"COPY new_grid ({', '.join(_GRID_COLUMNS)}, wkb) FROM STDIN") as copy:
        for row, shape in zip(grids.rows, shapes, strict=True):
            works = json.dumps({name: row[name] for name in grids.works}, ensure_ascii=False)
            copy.write_row(
                [
                    *(works if name == "works" else row.get(name, "") for name in _GRID_COLUMNS),
                    shape,
                ]
            )
    with cursor.copy(f"COPY new_member ({', '.join(_MEMBER_COLUMNS)}) FROM STDIN") as copy:
        for row in grids.rows:
            for person in row["members"]:
                copy.write_row([row["grid_code"], *(person[name] for name in _MEMBER_COLUMNS[1:])])
    cursor.execute("UPDATE new_grid SET geom = ST_Multi(ST_GeomFromWKB(wkb, %s))", (names["srid"],))
