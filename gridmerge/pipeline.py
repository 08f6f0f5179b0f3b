"""The rooms in their order: from a project file to a finished build."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gridmerge.balance import assign
from gridmerge.catalog import catalog
from gridmerge.config import Reading, Settings, read_project
from gridmerge.crosswalk import crosswalk
from gridmerge.errors import GridmergeError
from gridmerge.findings import Finding, found, tidy
from gridmerge.load import read
from gridmerge.mend import mend_layer, mend_roster, mend_township, mend_work
from gridmerge.model import Build, Layer, Roster, Source, Township, Work
from gridmerge.overlay import overlay
from gridmerge.partition import partition
from gridmerge.workload import weigh

Progress = Callable[[str], None]
