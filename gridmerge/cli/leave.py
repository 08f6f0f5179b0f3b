"""The command for the day somebody leaves."""

from __future__ import annotations

import click

from gridmerge.cli.console import Console
from gridmerge.cli.options import out_argument, with_console
from gridmerge.i18n.text import Text


@click.command("leave")
@click.argument("member")
@out_argument
@click.option(
    "--to",
    type=click.Path(),
    help="Folder for the amended tables; default OUT/leave-MEMBER. 调整后表格的文件夹",
)
@with_console
def leave_command(console: Console, member: str, out: str, to: str | None) -> None:
    """Amend a finished plan for a MEMBER who leaves: who takes what, and who goes over the limit. No line moves.

    某人离岗：谁接手哪些网格、谁会超负荷；网格界线不动。
    """
    from gridmerge.products.labels import name_column, name_value
    from gridmerge.services.departure import amend_for_departure as amend

    cover = amend(member, out, to)
    rows = [
        [
            row["grid_code"],
            row["stand_in_id"],
            name_value(row["duty"], console.spoken),
            f"{row['load']:.3f}",
            f"{row['load_per_capacity']:.3f}",
            console.say(Text("是", "yes") if row["over_limit"] else Text("否", "no")),
        ]
        for row in cover.to_dict("records")
    ]
    head = ("grid_code", "stand_in_id", "duty", "load", "load_per_capacity", "over_limit")
    console.table([name_column(column, console.spoken) for column in head], rows)
    console.line(
        f"已写出 {to or f'{out}/leave-{member}'}", f"Wrote {to or f'{out}/leave-{member}'}"
    )
    console.summary({"member": member, "cover": cover.to_dict("records")})
