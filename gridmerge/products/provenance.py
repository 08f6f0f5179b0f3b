"""What every product says of itself: whose it is, for whom, of which day, from what, in which coordinates."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyproj import CRS

from gridmerge.geo.datum import Datum
from gridmerge.i18n.text import Language, Text
from gridmerge.model import Build
from gridmerge.products.labels import INTERNAL_LABEL
from gridmerge.products.masking import Audience

BLANK_NUMBER_LINE = "＿＿＿＿＿＿＿＿"  # a line to write the review number on
SHIFTED_DATUM_NAMES = {
    "gcj02": Text("GCJ-02（国测局偏移坐标）", "GCJ-02 (shifted)"),
    "bd09": Text("BD-09（百度偏移坐标）", "BD-09 (shifted)"),
}
# as EPSG calls them
_GAUSS = re.compile(r"CGCS2000 / (3-degree )?Gauss-Kruger (?:CM (\d+)E|zone (\d+))")
FOR_THE_PUBLIC = Text("公众版", "Edition for the public")
NOT_YET = Text(
    "公众版（未经审图，不得公开）",
    "Edition for the public, not to be published before the map review",
)


@dataclass(frozen=True, kw_only=True)
class Imprint:
    """The imprint of a product.

    Parameters
    ----------
    name
        Of the project.
    date
        The day of the build, ISO; an export of an old build carries the old day.
    networks
        How many departmental networks it was made from.
    crs
        Of coordinates in metres, and of areas.
    audience
        Whom it is for: only what is for the public is not marked as internal.
    review_number
        The map review number (审图号); "" leaves a line for it.
    coord
        What longitudes and latitudes are in.
    """

    name: str
    date: str
    networks: int
    crs: CRS
    audience: Audience = "meeting"
    review_number: str = ""
    coord: Datum = "wgs84"

    @property
    def mark(self) -> Text:
        """内部资料, or that it is an edition for the public."""
        if self.audience != "public":
            return INTERNAL_LABEL
        return FOR_THE_PUBLIC if self.review_number else NOT_YET

    def fields(self, language: Language, *, metres: bool | None = None) -> dict[str, str]:
        """Return label and value, in the order people read them.

        Parameters
        ----------
        metres
            Whether the product's coordinates are metres of the working CRS, or degrees; None says both.
        """
        told = {
            Text("项目", "project"): " ".join(self.name.split()),
            Text("性质", "mark"): self.mark.in_(language),
            Text("审图号", "map review no."): self.review_number or BLANK_NUMBER_LINE,
            Text("日期", "date"): self.date,
            Text("数据来源", "sources"): self.sources.in_(language),
            Text("坐标系", "CRS"): self.coordinates(language, metres=metres),
        }
        return {label.in_(language): value for label, value in told.items()}

    @property
    def sources(self) -> Text:
        """What it was made from."""
        return Text(
            f"{self.networks} 个部门网格图层及村（社区）边界",
            f"{self.networks} departmental networks and the village lines",
        )

    def line(self, language: Language, *, metres: bool = True) -> str:
        """Return the imprint as one line, for a footer or a comment; whose it is stands above it already."""
        _, (_, mark), *rest = self.fields(language, metres=metres).items()
        between = Text("：", ": ").in_(language)
        told = [mark, *(f"{label}{between}{value}" for label, value in rest)]
        return Text("　", "; ").in_(language).join(told)

    def coordinates(self, language: Language, *, metres: bool | None) -> str:
        """Return what coordinates are in: the plane, degrees, or (None) both."""
        plane = plane_of(self.crs).in_(language)
        degrees = self._degrees().in_(language)
        if metres is None:
            return Text(
                f"米：{plane}；经纬度：{degrees}", f"metres: {plane}; degrees: {degrees}"
            ).in_(language)
        return plane if metres else degrees

    def _degrees(self) -> Text:
        if self.coord != "wgs84":
            return SHIFTED_DATUM_NAMES[self.coord]
        name = "CGCS2000" if is_chinese(self.crs) else "WGS 84"
        return Text(f"{name} 经纬度", f"{name}, longitude and latitude")


def plane_of(crs: CRS) -> Text:
    """Return what people call a working CRS; the zones of CGCS2000 have a Chinese name."""
    code = crs.to_string()[:40]
    name, gauss = f"{crs.name} ({code})", _GAUSS.fullmatch(crs.name)
    if gauss is None:
        return Text(name, name)
    where = f"中央经线 {gauss[2]}°" if gauss[2] else f"第 {gauss[3]} 带"
    return Text(f"CGCS2000 {3 if gauss[1] else 6} 度带高斯投影 {where}（{code}）", name)


def is_chinese(crs: CRS) -> bool:
    """Whether a working CRS stands on CGCS2000; degrees are then given in it, and in WGS 84 otherwise."""
    return "China 2000" in str(crs.geodetic_crs.datum) if crs.geodetic_crs else False


def imprint_of(build: Build) -> Imprint:
    """Return the imprint of what a build writes itself."""
    return Imprint(
        name=build.settings.project.name,
        date=build.date,
        networks=len(build.networks),
        crs=build.township.crs,
    )
