"""Where each format keeps the imprint: its metadata where it has any, else a note beside the file."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from gridmerge.products.export.finished_grids import FinishedGrids

_METADATA = """<?xml version="1.0" encoding="UTF-8"?>
<metadata xml:lang="{language}">
<dataIdInfo>
<idCitation><resTitle>{title}</resTitle><date><pubDate>{date}</pubDate></date></idCitation>
<idAbs>{text}</idAbs>
<idCredit>{sources}</idCredit>
<resConst><Consts><useLimit>{mark}</useLimit></Consts></resConst>
</dataIdInfo>
</metadata>
"""


def make_script_imprint(grids: FinishedGrids) -> dict[str, str]:
    """Return the imprint under English keys, for formats that scripts read."""
    imprint, language = grids.imprint, grids.language
    return {
        "project": imprint.name,
        "mark": imprint.mark.in_(language),
        "audience": imprint.audience,
        "review_number": imprint.review_number,
        "date": imprint.date,
        "sources": imprint.sources.in_(language),
        "coordinates": imprint.coordinates(language, metres=False),
    }


def write_imprint_text(grids: FinishedGrids, *, metres: bool = False) -> str:
    """Return the imprint as text of a line a field, for people."""
    between = "：" if grids.language == "zh" else ": "
    metres = metres and grids.coord == "wgs84"
    fields = grids.imprint.fields(grids.language, metres=metres)
    return "\n".join(f"{label}{between}{value}" for label, value in fields.items())


def write_note(grids: FinishedGrids, file: Path) -> None:
    """Write the imprint beside a table or a list of records, which have no place for it: ``FILE.txt``."""
    note = file.with_name(f"{file.name}.txt")
    note.write_text(write_imprint_text(grids) + "\n", "utf-8-sig", newline="\r\n")


def write_metadata(grids: FinishedGrids, file: Path) -> None:
    """Write the imprint beside a Shapefile as ArcGIS reads it: ``FILE.shp.xml``."""
    words = {
        "language": grids.language,
        "title": grids.imprint.name,
        "date": grids.imprint.date,
        "text": write_imprint_text(grids, metres=True),
        "sources": grids.imprint.sources.in_(grids.language),
        "mark": grids.imprint.mark.in_(grids.language),
    }
    clean = {name: escape(strip_control_characters(word)) for name, word in words.items()}
    file.with_name(f"{file.name}.xml").write_text(_METADATA.format(**clean), "utf-8", newline="\n")


def describe_kml(grids: FinishedGrids, file: Path) -> None:
    """Put the imprint into a KML document as its description."""
    head = '<Document id="root_doc">\n'
    words = f"<description>{escape(strip_control_characters(write_imprint_text(grids)))}</description>\n"
    file.write_text(file.read_text("utf-8").replace(head, head + words, 1), "utf-8", newline="\n")


def strip_control_characters(text: str) -> str:
    """Return text without the control characters that XML cannot hold."""
    return "".join(character for character in text if character >= " " or character == "\n")
