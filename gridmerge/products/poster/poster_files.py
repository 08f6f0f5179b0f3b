"""Which sheets there are, and how they become files."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure

from gridmerge.errors import OutputError
from gridmerge.i18n.text import Language
from gridmerge.products.map.audience import restrict_map_data
from gridmerge.products.map.data import MapData
from gridmerge.products.masking import Audience
from gridmerge.products.poster.contents import township_sheet, village_sheet
from gridmerge.products.poster.layout import draw_sheet
from gridmerge.products.provenance import Imprint
from gridmerge.products.transaction import prepare_output, stage_output

PNG_DPI = 150  # A3 at 2480 × 1754 pixels: sharp on a screen, and still a picture one can send
CHINESE_FONTS = (  # the first that is installed
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Sans CJK JP",  # what older matplotlib calls the whole Noto CJK collection
)
_PNG: dict[str, Any] = {"dpi": PNG_DPI, "metadata": {"Software": None}}
_FORBIDDEN_CHARACTERS = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')  # what Windows refuses in a file name


def draw_posters(
    data: MapData,
    folder: Path,
    *,
    language: Language = "zh",
    audience: Audience = "meeting",
    review_number: str = "",
    inputs: Sequence[Path] = (),
) -> list[Path]:
    """Draw an A3 sheet for the township and one for each village.

    Parameters
    ----------
    data
        What to show.
    folder
        Where the files go; made when it is not there.
    language
        Of the labels.
    audience
        ``public`` masks names and leaves small counts out.
    review_number
        The map review number (审图号); "" leaves a line for it.
    inputs
        Files that no sheet may be written over.

    Returns
    -------
    list of Path
        PDF and PNG of each sheet, the township first; sheets that continue a long table have ``_2``, ``_3`` … at the end.

    Raises
    ------
    OutputError
        No Chinese font is installed, or the folder cannot be written: it is full, or a sheet in it is held open or an input.
        What was there is unchanged then.
    """
    # counted before the public's copy loses them
    networks = sum(layer.role != "barrier" for layer in data.layers)
    imprint = Imprint(
        name=data.name,
        date=data.date,
        networks=networks,
        crs=data.crs,
        audience=audience,
        review_number=review_number,
    )
    data = restrict_map_data(data, audience)
    sheets = [
        township_sheet(data, language),
        *(village_sheet(data, code, language) for code in _villages_with_grids(data)),
    ]
    # a folder that cannot be written is reported before the drawing
    prepare_output(folder, _sheets_there(folder, [sheet.file for sheet in sheets]), inputs)
    # no mathtext: a $ in a village's name is a dollar; fonttype 42 keeps text selectable
    look: Any = {"font.family": chinese_font(), "pdf.fonttype": 42, "text.parse_math": False}
    files: list[str] = []
    with mpl.rc_context(look), stage_output(folder, (), inputs) as aside:
        for sheet in sheets:
            for page, figure in enumerate(draw_sheet(sheet, data, language, imprint), 1):
                stem = sheet.file if page == 1 else f"{sheet.file}_{page}"
                files += _save_figure(figure, aside, stem)
    return [folder / name for name in files]


def _sheets_there(folder: Path, stems: Sequence[str]) -> list[str]:
    """Names of the first page of each sheet, and of pages of an earlier set that may come again."""
    plain = [_FORBIDDEN_CHARACTERS.sub("_", stem) for stem in stems]
    names = [stem + ending for stem in plain for ending in (".pdf", ".png")]
    if not folder.is_dir():
        return names
    pages = sorted(file.name for file in folder.glob("*_*.p[dn][fg]"))
    return names + [page for page in pages if _first_page_name(page) in names]


def _first_page_name(page: str) -> str:
    """Return the file of the first page of what is `page`: 全镇.pdf of 全镇_2.pdf."""
    return page.rpartition("_")[0] + Path(page).suffix


def chinese_font() -> str:
    """Return the first installed font that can write Chinese.

    Raises
    ------
    OutputError
        There is none: a poster full of empty boxes would be worse than none.
    """
    installed = set(font_manager.get_font_names())
    for name in CHINESE_FONTS:
        if name in installed:
            return name
    raise OutputError(
        "没有找到中文字体，海报上的汉字会变成方框；请安装微软雅黑、思源黑体或 Noto Sans CJK SC 后重试。",
        "No Chinese font is installed, the poster's text would be boxes; install Noto Sans CJK SC and try again.",
    )


def _villages_with_grids(data: MapData) -> list[str]:
    with_grids = set(data.grids["village_code"])
    return [code for code in data.villages["village_code"] if code in with_grids]


def _save_figure(figure: Figure, folder: Path, name: str) -> list[str]:
    """Write a figure as PDF and PNG; return the names of the files."""
    name = _FORBIDDEN_CHARACTERS.sub("_", name)
    pdf, png = folder / f"{name}.pdf", folder / f"{name}.png"
    # the same sheet gives the same bytes: no clock in the files
    pdf_options: dict[str, Any] = {"metadata": {"CreationDate": None, "Title": name}}
    for file, options in ((pdf, pdf_options), (png, _PNG)):
        # drawn in memory: matplotlib swallows the disk's error when it fills up within a file
        drawn = io.BytesIO()
        figure.savefig(drawn, format=file.suffix[1:], **options)
        file.write_bytes(drawn.getvalue())
    return [pdf.name, png.name]
