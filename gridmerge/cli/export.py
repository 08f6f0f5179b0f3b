"""gridmerge export: a finished build in another format."""

from __future__ import annotations

from typing import Any

import click

from gridmerge.cli.console import Console
from gridmerge.cli.options import out_argument, with_console


@click.command("export")
@out_argument
@click.argument("dest")
@click.option(
    "--profile",
    type=click.Choice(["geojson", "rings", "wkt-json", "vertices-csv"]),
    help="Shape a platform wants, for .geojson .json .csv. 平台要求的数据形式",
)
@click.option(
    "--coord",
    type=click.Choice(["wgs84", "gcj02", "bd09"]),
    default="wgs84",
    show_default=True,
    help="Coordinates; the content says when they are shifted. 坐标系",
)
@click.option(
    "--audience",
    type=click.Choice(["platform", "meeting", "public"]),
    default="platform",
    show_default=True,
    help="meeting: phones masked; public: names masked, no phones, small counts suppressed. 给谁看",
)
@click.option("--review-number", default="", help="Map review number (审图号).")
@with_console
def export_command(console: Console, out: str, dest: str, **choices: Any) -> None:
    """Write the unified grids of a finished build in another format; the ending of DEST picks it.

    .geojson .json .csv .gpkg .shp .fgb .kml .dxf .parquet .sql, or a PostGIS: postgresql://user:password@host/database

    把成果中的综合网格另存为其他格式，由 DEST 的后缀决定；也可写入 PostGIS 数据库。
    """
    from gridmerge.products import export_grids as send

    done = send(out, dest, **choices)
    for note in done.notes:
        console.line(note.zh, note.en)
    console.line(
        f"已写出 {done.grids} 个网格：{done.dest}", f"Wrote {done.grids} grids: {done.dest}"
    )
    console.summary(
        {"dest": done.dest, "grids": done.grids, "notes": [note.en for note in done.notes]}
    )
