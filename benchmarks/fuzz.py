"""Damage files of every format and load them: ``python -m benchmarks.fuzz --each 200``.

Bytes are flipped, files cut short, blocks zeroed or repeated; each mutant is loaded in a sandbox with limits. There should be
no traceback, no hang and no crash; the table of counts goes into docs/en/formats.md.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import click
import pyogrio

from benchmarks.sandbox import VERDICTS, Verdict, judge
from benchmarks.torture import PAGE
from tests.io.files import CODES, HOUSES, NAMES, truth
from tests.io.test_drawings import TABLES, drawing, kml, vct

MARKS = ("<!-- fuzz: written by python -m benchmarks.fuzz -->", "<!-- end of fuzz -->")
SECONDS = 30.0  # a mutant of a file of a few kB that takes longer hangs


def seeds(folder: Path) -> dict[str, Path]:
    """Write a small sound file of every format, each in a folder of its own; returns the main files by format."""
    made: dict[str, Path] = {}

    def place(name: str) -> Path:
        made[name.partition(".")[2]] = path = folder / name.replace(".", "_") / name
        path.parent.mkdir(parents=True)
        return path

    frame = truth()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, driver in {
            "a.shp": "ESRI Shapefile", "a.gpkg": "GPKG", "a.geojson": "GeoJSON", "a.fgb": "FlatGeobuf", "a.gml": "GML",
            "a.tab": "MapInfo File", "a.mif": "MapInfo File", "a.gdb": "OpenFileGDB",
        }.items():  # fmt: skip
            pyogrio.write_dataframe(frame.to_crs("EPSG:4326"), place(name), driver=driver)
    _write_texts(place)
    frame.to_parquet(place("a.parquet"))
    with zipfile.ZipFile(place("a.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(made["shp"].parent.iterdir()):
            archive.write(part, part.name)
    return made


def _write_texts(place: object) -> None:
    assert callable(place)
    frame = truth()
    table = frame.drop(columns="geometry").assign(wkt=frame.geometry.to_wkt())
    place("a.csv").write_text(table.to_csv(index=False), "gb18030")
    table.to_excel(place("a.xlsx"), index=False, engine="xlsxwriter")
    place("a.kml").write_text(kml(TABLES).replace("{}", "UTF-8", 1), "utf-8")
    with zipfile.ZipFile(place("a.kmz"), "w") as archive:
        archive.writestr("doc.kml", kml(TABLES).replace("{}", "UTF-8", 1))
    drawing(place("a.dxf"), closed=False)
    place("a.vct").write_text(vct(3), "gb18030")
    rings = [list(map(list, shape.exterior.coords)) for shape in frame.geometry]
    place("a.topojson").write_text(_topojson(rings), "utf-8")
    place("a.esri.json").write_text(_esri_json(rings), "utf-8")


def _topojson(rings: list[list[list[float]]]) -> str:
    import json  # noqa: PLC0415

    objects = [
        {"type": "Polygon", "arcs": [[i]], "properties": {"code": code, "name": name}}
        for i, (code, name) in enumerate(zip(CODES, NAMES, strict=True))
    ]
    layer = {"type": "GeometryCollection", "geometries": objects}
    return json.dumps(
        {"type": "Topology", "objects": {"grids": layer}, "arcs": rings}, ensure_ascii=False
    )


def _esri_json(rings: list[list[list[float]]]) -> str:
    import json  # noqa: PLC0415

    features = [
        {"attributes": {"code": code, "hs": hs}, "geometry": {"rings": [ring]}}
        for code, hs, ring in zip(CODES, HOUSES, rings, strict=True)
    ]
    fields = [
        {"name": "code", "type": "esriFieldTypeString"},
        {"name": "hs", "type": "esriFieldTypeInteger"},
    ]
    head = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4490},
        "fields": fields,
    }
    return json.dumps({**head, "features": features})


def mutate(raw: bytes, rng: random.Random) -> bytes:
    """Damage bytes as discs, networks and people do."""
    data = bytearray(raw)
    if not data:
        return raw
    kind = rng.randrange(5)
    if kind == 0:
        return bytes(data[: rng.randrange(len(data))])
    if kind == 1:
        at = rng.randrange(len(data))
        data[at : at + rng.randrange(1, 64)] = bytes(rng.randrange(1, 64))
        return bytes(data)
    if kind == 2:
        at, length = rng.randrange(len(data)), rng.randrange(1, 256)
        data[at:at] = data[at : at + length]
        return bytes(data)
    for _ in range(rng.randrange(1, 12)):
        # heads of binary files hold the counts and offsets that do most harm
        at = rng.randrange(min(len(data), 128) if rng.random() < 0.4 else len(data))
        data[at] = rng.choice(
            (0, 255, 127, 128, data[at] ^ (1 << rng.randrange(8)), rng.randrange(256))
        )
    return bytes(data)


def mutants(seed: Path, count: int, folder: Path, rng: random.Random) -> list[Path]:
    """Write damaged copies of a file with its companions; returns the main files."""
    made = []
    for number in range(count):
        home = folder / f"{seed.suffix[1:]}_{seed.stem.replace('.', '_')}_{number:04d}"
        shutil.copytree(seed.parent, home)
        parts = sorted(
            file
            for file in home.rglob("*")
            if file.is_file() and file.suffix not in (".prj", ".cpg", ".xsd")
        )
        victim = rng.choice(parts)
        victim.write_bytes(mutate(victim.read_bytes(), rng))
        made.append(home / seed.name)
    return made


def run(each: int, seed: int, workers: int = 2) -> dict[str, list[Verdict]]:
    """Judge `each` mutants of every format."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = {}
        for kind, path in seeds(folder / "seeds").items():
            rng = random.Random(f"{seed} {kind}")
            out[kind] = judge(mutants(path, each, folder / "mutants" / kind, rng), workers, SECONDS)
            keep = {one.path: one.path.parent for one in out[kind] if one.verdict in VERDICTS[2:]}
            for number, home in enumerate(keep.values()):
                shutil.copytree(
                    home,
                    Path(tempfile.gettempdir()) / "gridmerge-fuzz" / f"{kind}-{seed}-{number}",
                    dirs_exist_ok=True,
                )
            shutil.rmtree(folder / "mutants" / kind)
    return out


@click.command()
@click.option("--each", default=200, show_default=True, help="Mutants of every format.")
@click.option("--seed", default=1, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--write/--no-write", default=True, help="Write the table into docs/en/formats.md.")
def main(each: int, seed: int, workers: int, write: bool) -> None:
    """Damage files of every format, load them, count."""
    results = run(each, seed, workers)
    lines = [
        f"| format | mutants | {' | '.join(VERDICTS)} | fewer, untold |",
        f"|---|---:|{'---:|' * len(VERDICTS)}---:|",
    ]
    for kind, verdicts in results.items():
        counts = Counter(one.verdict for one in verdicts)
        # an input without any feature stops the build, so it is not silent; a note is not enough to say that one is lost
        untold = sum(
            one.verdict == "loaded" and 0 < one.features < len(CODES) and not one.findings
            for one in verdicts
        )
        cells = [kind, len(verdicts), *(counts[verdict] for verdict in VERDICTS), untold]
        lines.append(f"| {' | '.join(map(str, cells))} |")
        for one in verdicts:
            if one.verdict in VERDICTS[2:]:
                click.echo(f"{one.verdict}: {one.path.parent.name}: {one.words}")
    peak = max(one.megabytes for verdicts in results.values() for one in verdicts)
    slowest = max(one.seconds for verdicts in results.values() for one in verdicts)
    lines.append(f"\nPeak memory of a worker {peak:.0f} MB, slowest file {slowest:.1f} s.")
    text = "\n".join(lines)
    click.echo(text)
    if write:
        before, _, rest = PAGE.read_text("utf-8").partition(MARKS[0])
        PAGE.write_text(
            f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.partition(MARKS[1])[2]}", "utf-8"
        )


if __name__ == "__main__":
    main()
