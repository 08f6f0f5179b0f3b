"""Build → files: GeoJSON, GeoPackage, tables, the map, the workbook, the report.

Comes in: a finished `Build`. Goes out: every file of the contract in the output folder, all of them or none.
"""

from __future__ import annotations

from gridmerge.publish.alternatives import write_alternatives
from gridmerge.publish.docket import docket_items
from gridmerge.publish.exports import Exported, export
from gridmerge.publish.finished import inputs_of_out
from gridmerge.publish.guard import inputs_of_build
from gridmerge.publish.publish import CHECKED, FILES, WRITTEN, publish, write_files, write_findings
from gridmerge.publish.staging import prepare, recover
from gridmerge.publish.summary import summary

__all__ = [
    "CHECKED",
    "FILES",
    "WRITTEN",
    "Exported",
    "docket_items",
    "export",
    "inputs_of_build",
    "inputs_of_out",
    "prepare",
    "publish",
    "recover",
    "summary",
    "write_alternatives",
    "write_files",
    "write_findings",
]
