"""What can be done to a finished build: each function returns the change, to be done to a folder OUT."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from gridmerge.products.manifest import MANIFEST_FILE
from tests.verify.tamper import rewrite_csv, rewrite_json, rewrite_layer, rewrite_part, rewrite_text


@dataclass(frozen=True, kw_only=True)
class Alteration:
    """What is altered; `names` stands in what the proof says. Resealed: the manifest is made to fit."""

    name: str
    alter: Callable[[Path], object]
    names: str
    resealed: bool = True


def set_cell(file: str, row: int, column: str, value: str) -> Callable[[Path], object]:
    def change(rows: list[list[str]]) -> None:
        rows[row][rows[0].index(column)] = value

    return lambda out: rewrite_csv(out / file, change)


def change_rows(file: str, change: Callable[[list[list[str]]], object]) -> Callable[[Path], object]:
    return lambda out: rewrite_csv(out / file, change)


def empty_table(file: str) -> Callable[[Path], object]:
    return change_rows(file, lambda rows: rows.__delitem__(slice(1, None)))


def drop_row(file: str, row: int = 1) -> Callable[[Path], object]:
    return change_rows(file, lambda rows: rows.pop(row))


def drop_column(file: str, column: str) -> Callable[[Path], object]:
    def drop(rows: list[list[str]]) -> None:
        at = rows[0].index(column)
        for row in rows:
            del row[at]

    return lambda out: rewrite_csv(out / file, drop)


def add_row(file: str, *row: str) -> Callable[[Path], object]:
    return change_rows(file, lambda rows: rows.append([*row, *[""] * (len(rows[0]) - len(row))]))


def change_layer(name: str, change: Callable[[pd.DataFrame], object]) -> Callable[[Path], object]:
    def changed(table: pd.DataFrame) -> pd.DataFrame:
        after = change(table)
        return table if after is None else after

    return lambda out: rewrite_layer(out, name, changed)


def set_value(name: str, row: int, column: str, value: object) -> Callable[[Path], object]:
    return change_layer(
        name, lambda table: table.__setitem__(column, put(table[column], row, value))
    )


def put(values: pd.Series, row: int, value: object) -> list[object]:
    out = list(values)
    out[row] = value(out[row]) if callable(value) else value
    return out


def change_shape(
    name: str, row: int, change: Callable[[shapely.Geometry], shapely.Geometry]
) -> Callable[[Path], object]:
    def moved(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = list(table.geometry)
        shapes[row] = change(shapes[row])
        return table.set_geometry(gpd.GeoSeries(shapes, crs=table.crs))

    return change_layer(name, moved)


def double_columns(name: str, *columns: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.assign(**{column: table[column] * 2 for column in columns})


def set_property(index: int, **values: object) -> Callable[[Path], object]:
    return lambda out: rewrite_json(
        out / "grids.geojson", lambda data: data["features"][index]["properties"].update(values)
    )


def set_person(**values: object) -> Callable[[Path], object]:
    def change(data: dict) -> None:
        next(f for f in data["features"] if f["properties"]["members"])["properties"]["members"][
            0
        ].update(values)

    return lambda out: rewrite_json(out / "grids.geojson", change)


def move_vertex(metres: float) -> Callable[[Path], object]:
    def move(data: dict) -> None:
        ring = data["features"][0]["geometry"]["coordinates"][0]
        # a degree of longitude is about so long here
        ring[1][0] = round(ring[1][0] + metres / 96_000, 9)

    return lambda out: rewrite_json(out / "grids.geojson", move)


def change_geojson(change: Callable[[dict], object]) -> Callable[[Path], object]:
    return lambda out: rewrite_json(out / "grids.geojson", change)


def set_report(*path: str | int, value: object) -> Callable[[Path], object]:
    def change(data: dict) -> None:
        for key in path[:-1]:
            data = data[key]
        old = data[path[-1]]
        data[path[-1]] = value(old) if callable(value) else value

    return lambda out: rewrite_json(out / "report.json", change)


def change_manifest(change: Callable[[dict], object]) -> Callable[[Path], object]:
    return lambda out: rewrite_json(out / MANIFEST_FILE, change)


def replace_text(file: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda out: rewrite_text(out / file, old, new)


def append_text(file: str, text: str) -> Callable[[Path], object]:
    return lambda out: (out / file).write_bytes((out / file).read_bytes() + text.encode("utf-8"))


def replace_file(file: str, content: bytes) -> Callable[[Path], object]:
    return lambda out: (out / file).write_bytes(content)


def cut_short(file: str, share: float = 0.5) -> Callable[[Path], object]:
    return lambda out: (out / file).write_bytes(
        (out / file).read_bytes()[: int((out / file).stat().st_size * share)]
    )


def remove(file: str) -> Callable[[Path], object]:
    return lambda out: (out / file).unlink()


def take_of_another_build(file: str) -> Callable[[Path], object]:
    """The file of the build of another town, made beside this one."""
    return lambda out: (out / file).write_bytes((out.parent / "other" / file).read_bytes())


def replace_in_workbook(old: str, new: str) -> Callable[[Path], object]:
    def change(text: bytes) -> bytes:
        return text.replace(old.encode("utf-8"), new.encode("utf-8"))

    return lambda out: rewrite_part(out / "plan.xlsx", "xl/sharedStrings.xml", change)


def run_sql(statement: str) -> Callable[[Path], object]:
    def run(out: Path) -> None:
        with closing(sqlite3.connect(out / "gridmerge.gpkg")) as database, database:
            database.execute(statement)

    return run


def drop_layer(name: str) -> Callable[[Path], object]:
    def drop(out: Path) -> None:
        file = out / "gridmerge.gpkg"
        tables = {
            layer: pyogrio.read_dataframe(file, layer=layer)
            for layer, _ in pyogrio.list_layers(file)
        }
        file.unlink()
        for layer, table in tables.items():
            if layer != name:
                pyogrio.write_dataframe(table, file, layer=layer, driver="GPKG")

    return drop


def change_input(file: str, change: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda out: change(out.parent / file)


def add_secret(file: str, text: str) -> Callable[[Path], object]:
    return append_text(file, f"\n{text}\n")


def change_index(change: Callable[[dict], object]) -> Callable[[Path], object]:
    return lambda out: rewrite_json(out / "locate.json", change)
