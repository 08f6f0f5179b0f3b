"""What must not leave the house: phones are masked, ID numbers taken out, before anything is serialised; and who sees what."""

from __future__ import annotations

import re
from typing import Literal

from gridmerge.privacy.patterns import scrub_text

__all__ = ["Audience", "Contacts", "contacts_for", "mask_name", "mask_phone", "scrub_text"]

Contacts = Literal["masked", "full", "none"]
Audience = Literal["platform", "meeting", "public"]

_DIGIT_RUN = re.compile(r"\d{5,}")  # digits of a phone cell that are no phone we know


def contacts_for(audience: Audience, contacts: Contacts) -> Contacts:
    """Return how phones are shown to an audience: the one rule of maps, posters and exports.

    Parameters
    ----------
    audience
        ``platform`` sees what ``[publish] contacts`` says; a ``meeting`` never a whole phone; the ``public`` none.
    contacts
        ``[publish] contacts``.
    """
    if audience == "public":
        return "none"
    return "masked" if audience == "meeting" and contacts == "full" else contacts


def mask_phone(phone: str, contacts: Contacts = "masked") -> str:
    """Return what may be shown of a phone number: ``138****0001`` by default.

    Parameters
    ----------
    phone
        As in the roster; "" stays "".
    contacts
        ``full`` returns it as it is, ``none`` returns "".
    """
    phone = phone.strip()
    if contacts == "full":
        return phone
    if contacts == "none" or not phone:
        return ""
    masked = scrub_text(phone)
    if "***" in masked:
        return _DIGIT_RUN.sub(lambda few: "****" + few.group()[-2:], masked)
    # Not a shape we know (an extension, a foreign number): its last digits are shown only when as many stay hidden.
    kept = min(4, len(phone) // 3)
    return "****" + (phone[-kept:] if kept else "")


def mask_name(name: str) -> str:
    """Return a person's name as a public product may show it: the first character and 某 for the rest."""
    name = name.strip()
    return name[:1] + "某" * min(len(name) - 1, 2) if len(name) > 1 else name
