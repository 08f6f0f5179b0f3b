"""What `init` chose beside what is true: one row a choice, with what the file says of how sure it is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely

from benchmarks.recognise.office import NAMES
from gridmerge.clean import clean_township
from gridmerge.clean.attributes.fields import read_text_column, resolve_column
from gridmerge.clean.georeference.placement import georeference_input
from gridmerge.config.project_file import read_project
from gridmerge.config.settings import (
    AddressesSpec,
    LayerSpec,
    Reading,
    Settings,
    Villages,
    WorkloadSpec,
)
from gridmerge.errors import GridmergeError
from gridmerge.io import read_input
from gridmerge.io.paths import resolve_paths
from gridmerge.model import RawLayer, Township

Said = Literal["sure", "doubtful"]
# metres: coordinate systems that lay every vertex this near to each other are one choice
SAME = 0.05


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing that init chose or left at its default."""

    town: int
    table: str
    part: str
    right: bool
    said: Said
    plain: bool  # the right answer is the default, and init left it so: nothing had to be chosen
    told: str


@dataclass
class Told:
    """What the written file says of itself: the words behind each key of each table, and its notes."""

    tables: list[dict[str, Said]]

    @classmethod
    def parse(cls, text: str) -> Told:
        """Read the comments of a gridmerge.toml."""
        tables: list[dict[str, Said]] = []
        for line in text.splitlines():
            if line.startswith("["):
                tables.append({})
            elif tables and (match := re.match(r"#?\s*(\w+)\s*(?:=|：)", line)):
                tables[-1][match.group(1)] = _said(line)
        return cls(tables)


def _said(line: str) -> Said:
    return "doubtful" if "较有把握" in line or "请核对" in line or line.startswith("#") else "sure"


class Comparison:
    """One town's two project files, side by side."""

    def __init__(self, town: int, folder: Path, truth: Path, text: str) -> None:
        self.town, self.folder, self.text = town, folder, text
        self.truth, self.mine = read_project(truth), read_project(folder)
        self.township = self._township()
        self.said = self._by_table(text)
        self.names: dict[str, list[str]] = (
            json.loads((folder / NAMES).read_text("utf-8")) if (folder / NAMES).exists() else {}
        )

    def _township(self) -> Township:
        raw = read_input(self.truth.villages, self.folder, "villages")
        return clean_township(raw, self.truth)

    def _by_table(self, text: str) -> dict[str, dict[str, Said]]:
        """Certainty by table: ``villages``, a layer's key, ``workload:NAME``, ``roster`` …"""
        told = iter(Told.parse(text).tables)
        result: dict[str, dict[str, Said]] = {}
        for name in _tables(tomllib.loads(text)):
            result[name] = next(told)
        return result

    def choices(self) -> Iterator[Choice]:
        """Every choice, in the order of the true file."""
        yield from self._project()
        yield from self._villages()
        yield from self._layers()
        yield from self._works()
        yield from self._files("roster", self.truth.roster, self.mine.roster)
        yield from self._files("matters", self.truth.matters, self.mine.matters)
        yield from self._names("addresses", self.truth.addresses, self.mine.addresses)
        yield from self._names("places", self.truth.places, self.mine.places)

    def _choice(
        self,
        table: str,
        part: str,
        right: bool,
        told: str,
        *,
        plain: bool = False,
        said: Said | None = None,
    ) -> Choice:
        sure = said or self.said.get(table, {}).get(part, "sure")
        return Choice(
            town=self.town, table=table, part=part, right=right, said=sure, plain=plain, told=told
        )

    def _project(self) -> Iterator[Choice]:
        for part in ("name", "code", "crs"):
            true, mine = getattr(self.truth.project, part), getattr(self.mine.project, part)
            yield self._choice("project", part, true == mine, f"{mine}, is {true}")

    def _villages(self) -> Iterator[Choice]:
        yield from self._reading(
            "villages", self.truth.villages, self.mine.villages, ("code", "name")
        )

    def _layers(self) -> Iterator[Choice]:
        left = list(self.mine.layers)
        for true in self.truth.layers:
            mine = self._match(true, left)
            if mine is None:
                said = self._said_unused(true)
                told = f"{true.path}: taken for something else, or not at all"
                for part in ("department", "path", "id", "name", "holder", "role"):
                    yield self._choice(true.key, part, False, told, said=said)
                continue
            left.remove(mine)
            for part, default in (("department", ""), ("role", "grid"), ("rank", None)):
                a, b = getattr(true, part), getattr(mine, part)
                yield self._named(mine.key, part, a, b, default)
            yield from self._reading(mine.key, true, mine, ("id", "name", "holder", "village"))
        for mine in left:
            yield self._choice(mine.key, "path", False, f"{mine.path} is no network of the project")

    def _named(self, table: str, part: str, true: Any, mine: Any, default: Any) -> Choice:
        return self._choice(
            table, part, true == mine, f"{mine}, is {true}", plain=true == mine == default
        )

    def _match(self, true: LayerSpec, mine: list[LayerSpec]) -> LayerSpec | None:
        files = self._resolved(true)
        near = [one for one in mine if files & self._resolved(one)]
        if len(near) > 1:
            near = [one for one in near if one.layer == true.layer]
        return near[0] if near else None

    def _resolved(self, spec: Reading) -> set[Path]:
        return set(resolve_paths(spec.path, self.folder))

    def _said_unused(self, spec: Reading) -> Said:
        """What the list of files left out says of this one."""
        stem = Path(spec.path[0]).name
        lines = [
            line for line in self.text.splitlines() if line.startswith("#   ") and stem in line
        ]
        return "doubtful" if any("请核对" in line for line in lines) else "sure"

    def _reading(
        self, table: str, true: Reading, mine: Reading, columns: tuple[str, ...]
    ) -> Iterator[Choice]:
        same = self._resolved(true) == self._resolved(mine)
        yield self._choice(table, "path", same, f"{mine.path}, is {true.path}")
        if not same:
            return
        try:
            theirs = read_input(true, self.folder, table)
            ours = read_input(mine, self.folder, table)
        except GridmergeError as error:
            yield self._choice(table, "path", False, f"cannot be read: {error.in_('en')}")
            return
        told = f"{len(ours.frame)} rows of layer {mine.layer}, where {mine.where}; are {len(theirs.frame)}, where {true.where}"
        where = "where" if true.where or mine.where else "layer"
        default = true.where is None and mine.where is None and true.layer is None
        yield self._choice(table, where, len(ours.frame) == len(theirs.frame), told, plain=default)
        for part in columns:
            yield self._column(table, part, (theirs, true), (ours, mine))
        yield self._encoding(table, self.names.get(getattr(true, "key", ""), []), ours, mine)
        datum = (true.datum or "wgs84", mine.datum or "wgs84")
        yield self._named(table, "datum", *datum, "wgs84")
        yield from self._placed(table, (theirs, true), (ours, mine))

    def _column(
        self,
        table: str,
        part: str,
        theirs: tuple[RawLayer, Reading],
        ours: tuple[RawLayer, Reading],
    ) -> Choice:
        """Right when it is the same column, or one of the same values."""
        role = {"code": "village_code"}.get(
            part, "village_name" if isinstance(ours[1], Villages) else part
        )
        wanted = getattr(theirs[1], part)
        if wanted is None and part != "village":
            # what an expert leaves out is recognised as well
            wanted = resolve_column(theirs[0], None, role)
        chosen = getattr(ours[1], part)
        mine = chosen if part == "village" else resolve_column(ours[0], chosen, role)
        blank = (read_text_column(ours[0], mine) == "").all()
        same = wanted == mine or (wanted is None and blank)
        if not same and wanted and mine and len(ours[0].frame) == len(theirs[0].frame):
            same = sorted(read_text_column(ours[0], mine)) == sorted(
                read_text_column(theirs[0], wanted)
            )
        return self._choice(
            table, part, bool(same), f"{mine}, is {wanted}", plain=wanted is None and mine is None
        )

    def _encoding(self, table: str, names: list[str], ours: RawLayer, spec: Reading) -> Choice:
        """Right when the names that were written come back."""
        values = (
            ours.frame.drop(columns=ours.frame.active_geometry_name or [])
            .to_numpy()
            .ravel()
            .tolist()
        )
        lost = sorted(set(names) - {str(value) for value in values})
        return self._choice(
            table, "encoding", not lost, f"{lost[:3]} not read", plain=spec.encoding is None
        )

    def _placed(
        self, table: str, theirs: tuple[RawLayer, Reading], ours: tuple[RawLayer, Reading]
    ) -> Iterator[Choice]:
        """The system is right when it lays the vertices where the true one does."""
        if theirs[0].frame.active_geometry_name is None or isinstance(ours[1], WorkloadSpec):
            return
        at = [self._vertices(raw, spec) for raw, spec in (theirs, ours)]
        same = at[0].shape == at[1].shape and (
            at[0].size == 0 or float(np.abs(at[0] - at[1]).max()) < SAME
        )
        plain = ours[1].crs is None and theirs[1].crs is None
        yield self._choice(
            table, "crs", bool(same), f"{ours[1].crs}, is {theirs[1].crs}", plain=plain
        )

    def _vertices(self, raw: RawLayer, spec: Reading) -> np.ndarray:
        bare = spec.model_copy(update={"datum": None})
        villages = None if isinstance(spec, Villages) else self.township.villages
        try:
            placed = georeference_input(raw, bare, self.township.crs, villages).geometry
        except GridmergeError:
            return np.empty((1, 0))
        return np.sort(shapely.get_coordinates(np.asarray(placed)), axis=0)

    def _works(self) -> Iterator[Choice]:
        left = list(self.mine.workload)
        for true in self.truth.workload:
            one = next(
                (
                    w
                    for w in left
                    if (w.path, w.field) == (true.path, true.field) or w.name == true.name
                ),
                None,
            )
            if one is None:
                said = self._said_unused(true)
                yield self._choice(
                    f"workload:{true.name}", "path", False, f"{true.path} not taken", said=said
                )
                continue
            left.remove(one)
            parts = (
                ("name", ""),
                ("path", ()),
                ("field", None),
                ("by", None),
                ("datum", "wgs84"),
                ("lon", None),
            )
            for part, default in parts:
                a, b = (getattr(spec, part) or default for spec in (true, one))
                yield self._named(f"workload:{one.name}", part, a, b, default)
        for one in left:
            yield self._choice(
                f"workload:{one.name}", "path", False, f"{one.path} is no workload of the project"
            )

    def _names(
        self, name: str, true: AddressesSpec | None, mine: AddressesSpec | None
    ) -> Iterator[Choice]:
        """A list of addresses or of places: which file, which column, which rows, how they lie."""
        yield from self._files(name, true, mine)
        if true is None or mine is None or true.path != mine.path:
            if true is None and mine is not None:
                yield self._choice(name, "path", False, f"{mine.path} is no such list")
            return
        rows = [len(read_input(spec, self.folder, name).frame) for spec in (true, mine)]
        told = f"{rows[1]} rows where {mine.where}; are {rows[0]}, where {true.where}"
        yield self._choice(name, "where", rows[0] == rows[1], told, plain=true.where is None)
        for part, default in (("field", None), ("datum", "wgs84")):
            a, b = (getattr(spec, part) or default for spec in (true, mine))
            yield self._named(name, part, a, b, default)

    def _files(self, name: str, true: Reading | None, mine: Reading | None) -> Iterator[Choice]:
        if true is None:
            return
        said = None if mine else self._said_unused(true)
        path = mine.path if mine else None
        yield self._choice(
            name,
            "path",
            mine is not None and mine.path == true.path,
            f"{path}, is {true.path}",
            said=said,
        )


def _tables(data: dict[str, Any]) -> Iterator[str]:
    """Names of the tables in the order they stand in the file."""
    for name, value in data.items():
        rows = [value] if isinstance(value, dict) else value
        for row in rows:
            yield f"workload:{row['name']}" if name == "workload" else row.get("key", name)


def both(
    town: int, folder: Path, truth: Path, text: str
) -> tuple[list[Choice], Settings, Settings]:
    """All choices of a town, and both project files."""
    compared = Comparison(town, folder, truth, text)
    return list(compared.choices()), compared.truth, compared.mine
