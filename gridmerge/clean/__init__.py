"""RawLayer → Township, Layer, Work, Roster: in the township's CRS, valid, with unique ids, and all that was wrong said.

What comes in is as the file had it; what goes out can be relied on by every later room. Nothing is guessed in silence:
each choice that the project file left open ends in a finding, and no feature is lost without one.
"""

from gridmerge.clean.layers import clean_layer
from gridmerge.clean.places import clean_addresses, clean_places
from gridmerge.clean.roster import clean_roster
from gridmerge.clean.villages import clean_township
from gridmerge.clean.workloads import clean_work

__all__ = [
    "clean_addresses",
    "clean_layer",
    "clean_places",
    "clean_roster",
    "clean_township",
    "clean_work",
]
