"""Commands that work on a finished build: map, export, verify."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gridmerge.cli.console import Console
from gridmerge.cli.options import (
    EXIT_STOPPED,
    audience_option,
    language_of,
    out_argument,
    with_console,
    write_text,
)


@click.command("map")
@out_argument
@click.option("--to", type=click.Path(), help="File to write; default OUT/map.html. 地图文件")
@audience_option
@click.option(
    "--basemap", help="Tile URL with {z} {x} {y}; default: none, the map needs no network. 底图地址"
)
@click.option(
    "--basemap-datum",
    type=click.Choice(["wgs84", "gcj02"]),
    default="wgs84",
    help="Datum of the tiles. 底图坐标",
)
@click.option("--review-number", default="", help="Map review number (审图号) for the footer.")
@with_console
def map_(console: Console, out: str, to: str | None, **choices: Any) -> None:
    """Write the map of a finished build again, with other options, without rebuilding.

    不重新生成成果，只按新的选项重出地图。
    """
    from gridmerge.products import list_finished_inputs, prepare_output, recover_output
    from gridmerge.products.map import MapOptions, read_map_data, render_map_data

    recover_output(Path(out))
    language = language_of(console, Path(out))
    file = Path(to) if to else Path(out, "map.html")
    inputs = list_finished_inputs(Path(out), own="map.html")
    prepare_output(file.parent, (file.name,), inputs)
    options = MapOptions(language=language, **choices)
    html = render_map_data(read_map_data(Path(out)), options=options)
    write_text(file, html, inputs, asdict(options))
    console.line(f"已写出 {file}", f"Wrote {file}")
    console.summary({"map": str(file)})


@click.command()
@out_argument
@with_console
def verify(console: Console, out: str) -> None:
    """Prove the promises of a finished build again, from its files and the inputs alone. Exit code 1 names what fails.

    只凭成果文件和原始数据，重新核验各项承诺；有一项不成立即退出码 1。
    """
    import os

    from gridmerge.verify import prove_build

    proof = prove_build(Path(out), processes=os.cpu_count() or 1)
    for failure in proof.broken:
        click.echo(console.say(failure.text), err=True)
    told = [{"promise": failure.promise, "what": failure.text.en} for failure in proof.broken]
    console.summary({"out": out, "broken": told, "notes": [note.en for note in proof.notes]})
    if proof.broken:
        raise click.exceptions.Exit(EXIT_STOPPED)
    for note in proof.notes:
        console.line(f"说明：{note.zh}", f"Note: {note.en}")
    if proof.notes:
        console.line(
            "核验通过（除上述说明外）：各项承诺全部成立。",
            "Verified, but for what the note says: every promise holds.",
        )
    else:
        console.line("核验通过：各项承诺全部成立。", "Verified: every promise holds.")
