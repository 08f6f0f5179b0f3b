"""Commands for the wall: posters on paper, and one index map of many townships."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridmerge.cli.console import Console
from gridmerge.cli.options import (
    audience_option,
    language_of,
    out_argument,
    with_console,
    write_text,
)
from gridmerge.errors import OutputError

if TYPE_CHECKING:
    from gridmerge.products.map import Audience


@click.command()
@out_argument
@click.option(
    "--to", type=click.Path(), help="Folder for the sheets; default OUT/posters. 挂图文件夹"
)
@audience_option
@click.option("--review-number", default="", help="Map review number (审图号).")
@with_console
def posters(
    console: Console, out: str, to: str | None, audience: Audience, review_number: str
) -> None:
    """Draw A3 sheets of a finished build, the township and each village, as PDF and PNG.

    出 A3 挂图：全乡镇一张、每村（社区）一张，PDF 和 PNG 两种。需要 pip install "gridmerge[posters]"。
    """
    from gridmerge.products import list_finished_inputs, recover_output
    from gridmerge.products.map import read_map_data

    try:
        from gridmerge.products.poster import draw_posters as draw
    except ModuleNotFoundError as error:
        raise OutputError(
            '出挂图需要 matplotlib；请运行 pip install "gridmerge[posters]"。',
            'posters need matplotlib; run pip install "gridmerge[posters]".',
        ) from error
    recover_output(Path(out))
    folder = Path(to) if to else Path(out, "posters")
    language = language_of(console, Path(out))
    files = draw(
        read_map_data(Path(out)),
        folder,
        language=language,
        audience=audience,
        review_number=review_number,
        inputs=list_finished_inputs(Path(out)),
    )
    console.line(f"已写出 {len(files)} 个文件到 {folder}", f"Wrote {len(files)} files to {folder}")
    console.summary({"files": [str(file) for file in files]})


@click.command()
@click.argument("outs", type=click.Path(), nargs=-1, required=True)
@click.argument("dest", type=click.Path())
@with_console
def atlas(console: Console, outs: tuple[str, ...], dest: str) -> None:
    """Write DEST, one small index map that links the maps of many finished builds.

    把多个乡镇的成果做成一张索引地图，点乡镇打开它的地图。
    """
    from gridmerge.products import list_finished_inputs, prepare_output
    from gridmerge.products.map import make_township_index_page as draw

    file = Path(dest)
    inputs = [path for out in outs for path in list_finished_inputs(Path(out))]
    prepare_output(file.parent, (file.name,), inputs)
    html = draw(
        [Path(out) for out in outs], file.parent, language=language_of(console, Path(outs[0]))
    )
    write_text(file, html, inputs)
    console.line(f"已写出 {file}：{len(outs)} 个乡镇", f"Wrote {file}: {len(outs)} townships")
    console.summary({"dest": dest, "townships": len(outs)})
