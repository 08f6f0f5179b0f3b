"""What must not leave the house: phones are masked, ID numbers taken out, before anything is serialised; and who sees what."""

from __future__ import annotations

import re
from typing import Literal

from gridmerge.personal import strike_id_numbers

Contacts = Literal["masked", "full", "none"]
Audience = Literal["platform", "meeting", "public"]

_NARROW = {ord("０") + digit: ord("0") + digit for digit in range(10)} | {ord("＋"): ord("+")}
_GAP = r"[\s\-－—]?"  # people write 138-0013-8000 and +86 138 0013 8000
_MOBILE = re.compile(rf"(?<!\d)(?:\+?86{_GAP})?(1[3-9]\d){_GAP}(\d{{4}}){_GAP}(\d{{4}})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[\s\-－—]?(\d{3,4})(\d{4})(?!\d)")


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
    masked = scrub(phone)
    if "***" in masked:
        return masked
    # Not a shape we know (an extension, a foreign number): its last digits are shown only when as many stay hidden.
    kept = min(4, len(phone) // 3)
    return "****" + (phone[-kept:] if kept else "")


def scrub(text: str) -> str:
    """Mask every phone number and take out every ID number that hides in free text."""
    text = strike_id_numbers(text)
    narrow = text.translate(_NARROW)
    masked = _MOBILE.sub(r"\1****\3", narrow)
    masked = _LANDLINE.sub(lambda found: f"{found[1]}-{'*' * len(found[2])}{found[3]}", masked)
    return text if masked == narrow else masked


def mask_name(name: str) -> str:
    """Return a person's name as a public product may show it: the first character and 某 for the rest."""
    name = name.strip()
    return name[:1] + "某" * min(len(name) - 1, 2) if len(name) > 1 else name
