"""What the networks, taken together, say of the villages: their datum, or that they lie somewhere else."""

from __future__ import annotations

from gridmerge.discover.guess import Guess
from gridmerge.discover.layers import most_frequent
from gridmerge.discover.settings_table import ProjectTable
from gridmerge.i18n.text import Text

# the finding on a network of which nothing lies on the villages
OFF_TOWNSHIP = "layer_off_township"


def villages_datum(tables: list[ProjectTable]) -> Guess[str] | None:
    """The datum of the villages, when more than half of the networks fit them only so."""
    networks = [
        table
        for table in tables
        if table.plain().get("role", "grid") in ("grid", "base") and table.findings
    ]
    votes = [
        str(dict(finding.blanks)["datum"])
        for table in networks
        for finding in table.findings
        if finding.kind == "villages_suspected"
    ]
    winner = most_frequent(votes)
    if winner is None or len(votes) <= len(networks) / 2 or winner[1] < 1:
        return None
    why = Text(
        f"{len(networks)} 个网络中有 {len(votes)} 个只有这样才与村界吻合",
        f"{len(votes)} of {len(networks)} networks fit the villages only so",
    )
    return Guess(winner[0], "likely", why)


def is_off(table: ProjectTable) -> bool:
    """Whether nothing of a layer lies on the villages."""
    return any(one.kind == OFF_TOWNSHIP for one in table.findings)


def unusable_villages_text(head: ProjectTable) -> Text:
    """What to say at once of villages that cannot be used."""
    path = head.values["path"].value
    return Text(
        f"村界文件 {path} 现在用不了，原因写在 [villages] 里；改好之前 check 和 build 都会停下。",
        f"The villages' file {path} cannot be used yet; [villages] says why. check and build stop until that is corrected.",
    )


def doubt_villages(head: ProjectTable, tables: list[ProjectTable]) -> Text | None:
    """Doubt the villages where most networks do not lie on them: feet for metres, or a wrong zone."""
    networks = [
        table
        for table in tables
        if table.name == "[[layers]]"
        and table.role in ("grid", "base")
        and table.values["department"].sure
        != "unsure"  # what nobody knows may well be of elsewhere
    ]
    off = sum(map(is_off, networks))
    if off <= len(networks) / 2:
        return None
    head.doubt(
        "path",
        Text(
            f"{len(networks)} 套网格中有 {off} 套不在它的范围内，多半是它的坐标系或长度单位不对；请写 crs，或先转换村界文件",
            f"{off} of {len(networks)} networks do not lie on it: most likely its coordinate system or unit is wrong; "
            "write crs, or convert the villages' file first",
        ),
    )
    path = head.values["path"].value
    return Text(
        f"{len(networks)} 套网格中有 {off} 套不在村界 {path} 的范围内，多半是村界的坐标系或长度单位不对；请先核对 [villages]。",
        f"{off} of {len(networks)} networks do not lie on the villages of {path}: most likely their coordinate system or "
        "unit is wrong; look at [villages] first.",
    )
