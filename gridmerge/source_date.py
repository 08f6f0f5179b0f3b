"""The day that everything people read of a build carries."""

from __future__ import annotations

import datetime
import os
import re

from gridmerge.errors import InputError

_VARIABLE = "SOURCE_DATE_EPOCH"  # of reproducible-builds.org
_WHOLE_SECONDS = re.compile("[0-9]{1,12}")
_LAST_SECOND = 253402300799  # of the year 9999
_SHOWN = 40  # characters of it that a message shows


def build_date() -> str:
    """Return today, or the day that SOURCE_DATE_EPOCH says, ISO; both in UTC.

    In UTC, machines in different time zones agree on the day; it turns at eight in the morning in China, before work begins.

    Raises
    ------
    InputError
        SOURCE_DATE_EPOCH is no whole number of seconds since 1970, or lies beyond the year 9999.
    """
    told = os.environ.get(_VARIABLE)
    if told is None or not told.strip():
        return datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    if not _WHOLE_SECONDS.fullmatch(told) or int(told) > _LAST_SECOND:
        shown = "".join(sign if sign.isprintable() else "?" for sign in told[:_SHOWN])
        raise InputError(
            f"环境变量 SOURCE_DATE_EPOCH 应为 1970 年以来的秒数，现为 {shown}；请改正或删去。",
            f"SOURCE_DATE_EPOCH must be seconds since 1970, it is {shown}; correct or unset it.",
        )
    return datetime.datetime.fromtimestamp(int(told), tz=datetime.UTC).date().isoformat()


def prove_day() -> None:
    """Refuse a SOURCE_DATE_EPOCH that is none before numpy and matplotlib read it, and forget a blank one, which they take ill.

    Raises
    ------
    InputError
        As in `build_date`.
    """
    build_date()
    if not os.environ.get(_VARIABLE, "0").strip():
        del os.environ[_VARIABLE]
