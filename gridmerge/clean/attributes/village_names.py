"""Villages by code or by name: one way to tell which village a cell means, and to say when it cannot be told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gridmerge.model import Township
from gridmerge.tabular.cell_values import code_text

_COMMITTEE = re.compile(
    r"(社区居民委员会|社区居委会|居民委员会|村民委员会|村委会|居委会|委会|社区村|工作站|服务中心)$"
)
_KIND = re.compile(r"(社区|居|村|嘎查)$")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_SPACE = re.compile(r"[\s·•.\-_（）()【】\[\]]+")


@dataclass(frozen=True, slots=True)
class NameCore:
    """What is left of a village's name when kind and committee are taken off, and the kind: village, community or unsaid."""

    stem: str
    kind: str


def extract_name_core(name: str, town: str = "") -> NameCore:
    """Return the core of a village name.

    Examples
    --------
    >>> extract_name_core("青山镇韩洪村村委会", "青山镇") == extract_name_core("韩洪村")
    True
    """
    flat = _SPACE.sub("", code_text(name)).casefold()
    kind = "community" if "社区" in flat or "居" in flat else "village" if "村" in flat else ""
    if town and flat.startswith(town) and len(flat) > len(town):
        flat = flat[len(town) :]
    stem = flat
    for _ in range(3):  # 村 + 村民委员会 + a stray suffix: three layers at most
        shorter = _COMMITTEE.sub("", stem)
        if shorter == stem or len(shorter) < 1:
            break
        stem = shorter
    stripped = _KIND.sub("", stem)
    return NameCore(stripped if len(stripped) >= 1 else stem, kind)


def one_village(names: Sequence[str], town: str = "") -> bool:
    """Whether names may all be ways to write one: 韩洪村 and 韩洪村村委会, but not 韩洪村 and 韩洪社区.

    What stands in brackets (韩洪村（飞地）) says which part is meant.
    """
    cores = [
        extract_name_core(_BRACKETS.sub("", code_text(name)), code_text(town).casefold())
        for name in names
    ]
    kinds = {one.kind for one in cores} - {""}
    return len({one.stem for one in cores}) <= 1 and len(kinds) <= 1


class Gazetteer:
    """The villages of a township, to look up by code or by name.

    Parameters
    ----------
    township
        Its villages; its name is taken off the front of village names.
    """

    def __init__(self, township: Township) -> None:
        frame = township.villages
        self._town = code_text(township.name).casefold()
        self._codes = list(frame["village_code"])
        self._exact: dict[str, list[str]] = {}
        self._cores: dict[str, list[tuple[str, str]]] = {}
        for code, name in zip(frame["village_code"], frame["village_name"], strict=True):
            one = extract_name_core(name, self._town)
            self._exact.setdefault(code_text(name), []).append(code)
            self._cores.setdefault(one.stem, []).append((one.kind, code))

    @property
    def codes(self) -> list[str]:
        """The codes of all villages, sorted."""
        return sorted(self._codes)

    def find(self, cell: str) -> list[str]:
        """Return the codes of the villages a cell may mean: one when it is sure, none or several when it is not."""
        wanted = code_text(cell)
        if wanted in self._codes:
            return [wanted]
        if wanted in self._exact:
            return self._exact[wanted]
        if wanted.isdigit():
            # 3 digits within the town, or the 12 of the village before the 3 of a grid
            tails = [c for c in self._codes if c.endswith(wanted)] if len(wanted) == 3 else []
            return tails or [
                code for code in self._codes if len(wanted) == 15 and wanted.startswith(code)
            ]
        one = extract_name_core(wanted, self._town)
        twins = self._cores.get(one.stem, [])
        same_kind = [code for kind, code in twins if kind == one.kind]
        if same_kind:
            return sorted(same_kind)
        # a village and a community of one name are two places: an unsaid kind may be either, another kind is neither
        return sorted(code for kind, code in twins if "" in (kind, one.kind))

    def near(self, cell: str) -> list[str]:
        """Names of villages that resemble a cell, to show in a finding."""
        names = {extract_name_core(name, self._town).stem: name for name in self._exact}
        close = difflib.get_close_matches(
            extract_name_core(cell, self._town).stem, list(names), n=2, cutoff=0.5
        )
        return [names[stem] for stem in close]
