"""RawLayer → Township, Layer, Work, Roster: in the township's CRS, valid, with unique ids, and all that was wrong said.

What comes in is as the file had it; what goes out can be relied on by every later room. Nothing is guessed in silence:
each choice that the project file left open ends in a finding, and no feature is lost without one.
"""

from gridmerge.mend.layer import mend_layer
from gridmerge.mend.roster import mend_roster
from gridmerge.mend.toponyms import mend_addresses, mend_places
from gridmerge.mend.villages import mend_township
from gridmerge.mend.works import mend_work

__all__ = ["mend_addresses", "mend_layer", "mend_places", "mend_roster", "mend_township", "mend_work"]
