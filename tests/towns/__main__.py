"""`python -m tests.towns --seed 7 --villages 12 --layers 26 --blocks 40 --dirt 1.0 --out FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tests.towns.files import write_town
from tests.towns.offices import write_office
from tests.towns.town import draw_town
from tests.towns.truth import LOOKS


@click.command()
@click.option("--seed", default=7, show_default=True, help="Of everything random.")
@click.option("--villages", default=12, show_default=True, help="Villages and communities.")
@click.option("--layers", default=26, show_default=True, help="Departmental networks.")
@click.option(
    "--blocks", default=40, show_default=True, help="True blocks per village, on average."
)
@click.option(
    "--dirt", default=1.0, show_default=True, help="0: drawn exactly; 1: as real drawings are."
)
@click.option(
    "--look",
    type=click.Choice(sorted(LOOKS)),
    default="town",
    show_default=True,
    help="What kind of place.",
)
@click.option(
    "--quarrels", default=0, show_default=True, help="Real disagreements between departments."
)
@click.option(
    "--office",
    type=click.Choice(["sample", "other"]),
    default="sample",
    help="Whose file and field names.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to write.",
)
def main(office: str, out: Path, **town: Any) -> None:
    """Draw an invented town and write it as the files its departments would send."""
    write = write_town if office == "sample" else write_office
    write(draw_town(**town), out)


if __name__ == "__main__":
    main()
