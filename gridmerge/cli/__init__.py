"""The command line: read arguments, call one function, print. No geometry.

Whatever is heavy is imported inside a command, so that ``gridmerge --help`` answers at once.
"""

from __future__ import annotations

import click

from gridmerge import __version__
from gridmerge.cli.console import safe_streams
from gridmerge.cli.edits import edits_group
from gridmerge.cli.export import export_command
from gridmerge.cli.figures import calibrate, restate
from gridmerge.cli.leave import leave_command
from gridmerge.cli.locate import locate_command
from gridmerge.cli.project import build, check, init
from gridmerge.cli.reference import departments, explain
from gridmerge.cli.results import map_, verify
from gridmerge.cli.wall import atlas, posters


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gridmerge")
def main() -> None:
    """Merge the grid networks of a township's departments into unified comprehensive grids (多网合一).

    \b
    gridmerge init FOLDER   look at the files, write gridmerge.toml   认识文件，写出项目文件
    gridmerge check         load and mend, list what is wrong         检查数据，列出问题
    gridmerge build         run the whole pipeline                    生成综合网格、地图和报表
    gridmerge export OUT …  the grids in another format               另存为其他格式或写入数据库
    gridmerge verify OUT    prove the results from the files          核验成果
    gridmerge locate OUT …  whose is this place                       查询某一点归谁负责
    gridmerge leave WHO OUT who takes over when somebody leaves       某人离岗，谁来接手
    """
    safe_streams()


for command in (
    init,
    check,
    build,
    edits_group,
    map_,
    posters,
    atlas,
    export_command,
    verify,
    locate_command,
    leave_command,
    restate,
    calibrate,
    departments,
    explain,
):
    main.add_command(command)
