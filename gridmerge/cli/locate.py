"""The command that says whose a place is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridmerge.cli.console import Console
from gridmerge.cli.options import out_argument, with_console

if TYPE_CHECKING:
    from gridmerge.findings import Finding
    from gridmerge.geo.datum import Datum
    from gridmerge.services.locate import PlaceAnswer


# a western longitude is a negative number, not an option
@click.command("locate", context_settings={"ignore_unknown_options": True})
@out_argument
@click.argument("lon", required=False)
@click.argument("lat", required=False)
@click.option(
    "--events", type=click.Path(), help="A file of events: CSV, Excel, or any vector file. 事件文件"
)
@click.option(
    "--out",
    "dest",
    type=click.Path(),
    help="The same rows with their grids: .csv .geojson .gpkg 结果文件",
)
@click.option(
    "--datum",
    type=click.Choice(["wgs84", "gcj02", "bd09"]),
    help="Of the coordinates; default wgs84. 坐标基准",
)
@click.option(
    "--crs", help="Of the coordinates: of events when the file does not say, or of X and Y. 坐标系"
)
@click.option(
    "--matter",
    help="Code or name of a matter; with --events its column. 事项编码或名称；批量时为列名",
)
@click.option(
    "--lon", "lon_column", metavar="COLUMN", help="Column of longitudes in a table. 经度列名"
)
@click.option(
    "--lat", "lat_column", metavar="COLUMN", help="Column of latitudes in a table. 纬度列名"
)
@with_console
def locate_command(
    console: Console,
    out: str,
    lon: str | None,
    lat: str | None,
    events: str | None,
    dest: str | None,
    datum: Datum | None,
    **more: str | None,
) -> None:
    """Tell which grid a place lies in and who is responsible; with --events, for every row of a file.

    查询某一点属于哪个网格、由谁负责；--events 批量查询事件文件，--out 写出结果。
    """
    if events is not None and lon is None:
        if dest is None:
            raise click.UsageError("--events needs --out. 批量查询需要 --out 指定结果文件。")
        _locate_file(console, out, events, dest, datum, more)
    elif events is None and lon is not None:
        from gridmerge.services.locate import locate_one

        x, y = _parse_place(lon, lat)
        _print_answer(
            console, locate_one(out, x, y, datum or "wgs84", crs=more["crs"], matter=more["matter"])
        )
    else:
        raise click.UsageError(
            "Give either LON and LAT, or --events and --out. 请给出经度和纬度，或 --events 与 --out。"
        )


def _parse_place(lon: str, lat: str | None) -> tuple[float, float]:
    """Read a place from two arguments, or from one that holds both."""
    from gridmerge.coordinates.cells import parse_coordinate_pair

    # a comma between two arguments stays with the first: 103.76, 29.55
    both = parse_coordinate_pair(lon if lat is None else f"{lon.rstrip(' ,，、;；')}; {lat}")
    if both is None:
        raise click.UsageError(
            f"{' '.join(filter(None, (lon, lat)))} is no LON and LAT. 读不懂这个位置；请写经度和纬度，如 103.76 29.55 或 103°45′36″ 29°33′0″。"
        )
    return both[0], both[1]


def _locate_file(
    console: Console,
    out: str,
    events: str,
    dest: str,
    datum: Datum | None,
    more: dict[str, str | None],
) -> None:
    from gridmerge.config.settings import Reading
    from gridmerge.services.locate.events import locate_many

    file = Path(events).absolute()
    spec = Reading(
        path=(file.name,),
        datum=datum,
        crs=more["crs"],
        lon=more["lon_column"],
        lat=more["lat_column"],
    )

    findings: list[Finding] = []

    told = locate_many(out, spec, dest, file.parent, matter=more["matter"], tell=findings.append)
    console.line(
        f"{told['events']} 个事件：网格内 {told['inside']}，范围外 {told['outside']}，无坐标 {told['without_place']}，"
        f"距网格线 20 米以内 {told['near_line']}。已写出 {dest}",
        f"{told['events']} events: {told['inside']} in a grid, {told['outside']} outside, {told['without_place']} without a place, "
        f"{told['near_line']} within 20 m of a line. Wrote {dest}",
    )
    if told.get("unknown_matters"):
        console.line(
            f"其中 {told['unknown_matters']} 个事件的事项不在事项清单中，没有写主责部门。",
            f"{told['unknown_matters']} of them are of matters that are not listed; no lead department is given for these.",
        )
    for finding in findings:
        console.line(finding.message("zh"), finding.message("en"))
    messages = [finding.message(console.spoken) for finding in findings]
    console.summary({"dest": dest, **told, "findings": messages})


def _print_answer(console: Console, answer: PlaceAnswer) -> None:
    from gridmerge.products.labels import name_value

    grid = answer.grid
    if grid is None:
        console.line(
            f"该点在乡镇范围之外，距边界 {answer.near_line_m:g} 米。",
            f"This place is outside the township, {answer.near_line_m:g} m from its line.",
        )
    else:
        console.line(
            f"{grid['grid_code']} {grid['grid_name']}（{grid['village_name']}）",
            f"{grid['grid_code']} {grid['grid_name']} ({grid['village_name']})",
        )
        for person in grid["members"]:
            duty = name_value(person["duty"], console.spoken)
            console.line(*[f"  {duty}  {person['name']} {person['phone']}".rstrip()] * 2)
        for row in answer.departments:
            console.line(
                *[f"  {row['title']}  {row['source_id']} {row['name']} {row['holder']}".rstrip()]
                * 2
            )
        if answer.matter is not None:
            matter = answer.matter
            call = f" {matter['lead_contact']}".rstrip()
            console.line(
                f"  事项 {matter['matter_code']} {matter['matter']}：主责 {matter['lead']}{call}；配合 {matter['cooperating'] or '无'}",
                f"  matter {matter['matter_code']} {matter['matter']}: led by {matter['lead']}{call}; cooperating: {matter['cooperating'] or 'none'}",
            )
        if answer.near_line:
            console.line(
                f"注意：距网格线只有 {answer.near_line_m:g} 米，可能属于相邻网格。",
                f"Mind: only {answer.near_line_m:g} m from a grid line; the neighbour may be meant.",
            )
    console.summary(
        {
            "grid": grid,
            "departments": list(answer.departments),
            "near_line_m": answer.near_line_m,
            "near_line": answer.near_line,
            "matter": answer.matter,
        }
    )
