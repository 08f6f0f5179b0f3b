"""Bytes → text: strictly as UTF-8, else strictly as GB18030, else as the file declares; what was chosen is always said.

Declarations (.cpg, the language byte of a .dbf, MapInfo's charset) are weighed, not believed: they are often wrong,
and a wrong one gives mojibake (乱码) without an error.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gridmerge.findings import Finding, make_finding
from gridmerge.io.refusals import unreadable_error

UTF8, GB18030 = "UTF-8", "GB18030"
# of the non-ASCII characters: real Chinese text is nearly all in GB2312, chance hits are not
_CHINESE_SHARE = 0.7
# two-byte letters no Chinese file uses: 学 in GBK reads as ѧ in UTF-8
_RARE_FOR_UTF8 = re.compile(r"[\u0100-\u07ff]")
# Declarations of multi-byte East Asian encodings are specific enough to be believed when they decode.
# So are those of other scripts, which no Chinese program writes; only the Western ones are what a lie looks like.
_TRUSTED = {
    "big5", "cp950", "big5hkscs", "shift_jis", "cp932", "euc_jp", "cp949", "euc_kr",
    "cp1251", "cp866", "koi8-r", "iso8859-5", "cp1253", "cp1255", "cp1256", "cp874",
}  # fmt: skip

# Language byte of a .dbf (dBASE and FoxPro, as GDAL lists them) → codec; 0 and 87 say nothing.
LANGUAGE_BYTES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x08: "cp865", 0x0A: "cp850", 0x0D: "cp437", 0x0E: "cp850",
    0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949", 0x4F: "big5", 0x50: "cp874", 0x58: "cp1252", 0x59: "cp1252",
    0x64: "cp852", 0x65: "cp866", 0x78: "big5", 0x79: "cp949", 0x7A: "gb18030", 0x7B: "cp932", 0x7C: "cp874",
    0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip
# MapInfo's names of charsets → codec; Neutral says nothing.
MAPINFO_CHARSETS = {
    "utf-8": "utf-8", "windowssimpchinese": "gb18030", "windowstradchinese": "big5", "windowslatin1": "cp1252",
    "windowslatin2": "cp1250", "windowscyrillic": "cp1251", "windowsgreek": "cp1253", "windowsturkish": "cp1254",
    "windowshebrew": "cp1255", "windowsarabic": "cp1256", "windowsbalticrim": "cp1257", "windowsvietnamese": "cp1258",
    "windowsthai": "cp874", "windowsjapanese": "cp932", "windowskorean": "cp949", "packedeucjapanese": "euc_jp",
    "iso8859-1": "latin-1", "iso8859-2": "iso8859-2", "iso8859-5": "iso8859-5", "codepage437": "cp437",
    "codepage850": "cp850", "codepage852": "cp852", "codepage866": "cp866",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class EncodingChoice:
    """What an encoding was chosen, and why: `reason` is ascii, utf8, gb18030, declared, demanded, mixed or lossy."""

    codec: str
    reason: str


def codec_named(name: str) -> str | None:
    """Return Python's name of a declared encoding: ``ANSI 936``, ``OEM``, ``65001``, ``GBK`` …; None when it means nothing."""
    text = (
        name.strip()
        .strip("\x00\ufeff")
        .lower()
        .replace("windows-", "cp")
        .replace("ansi", "")
        .replace("cp ", "cp")
        .strip(" -_")
    )
    if text in ("", "oem", "system", "neutral"):
        return None
    if text in ("936", "cp936", "gbk", "gb2312", "gb18030", "54936", "cp54936"):
        return "gb18030"
    if text in ("65001", "cp65001", "utf8", "utf-8"):
        return "utf-8"
    if re.fullmatch(r"8859\d{1,2}", text):
        text = f"iso8859-{text[4:]}"
    for candidate in (text, f"cp{text}"):
        try:
            return codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
    return None


def demanded_codec(encoding: str, file: str) -> str:
    """Return the codec of an encoding the project file demands.

    Raises
    ------
    InputError
        Nobody knows an encoding of that name.
    """
    codec = codec_named(encoding)
    if codec is None:
        raise unreadable_error(
            file,
            f'不认识编码 encoding = "{encoding}"；常用的是 utf-8、gbk、gb18030。',
            f'encoding = "{encoding}" is not known; usual ones are utf-8, gbk and gb18030.',
        )
    return codec


def choose_encoding(samples: Sequence[bytes], declared: str | None = None) -> EncodingChoice:
    """Choose one encoding for all `samples`, the non-ASCII values of a file.

    Parameters
    ----------
    samples
        Raw values; a multi-byte character cut off at a value's end (fields have fixed widths) does no harm.
    declared
        The codec the file declares, or None.
    """
    if not samples:
        return EncodingChoice(codec=UTF8, reason="ascii")
    if declared in _TRUSTED and all(decode_strict(raw, declared) is not None for raw in samples):
        return EncodingChoice(codec=declared, reason="declared")
    utf8 = [decode_strict(raw, UTF8) for raw in samples]
    gb = [decode_strict(raw, GB18030) for raw in samples]
    if _all_decoded(utf8) and (declared == "utf-8" or not _by_chance(utf8, gb)):
        return EncodingChoice(codec=UTF8, reason="utf8")
    if any(
        text is not None and looks_chinese(text) for text in utf8
    ):  # GBK is not valid UTF-8 and Chinese by chance
        either = all(
            one is not None or other is not None for one, other in zip(utf8, gb, strict=True)
        )
        return EncodingChoice(codec=f"{UTF8}+{GB18030}", reason="mixed" if either else "lossy")
    if _all_decoded(gb) and looks_chinese("".join(text for text in gb if text)):
        return EncodingChoice(codec=GB18030, reason="gb18030")
    return _last_resort(samples, declared, gb)


def _last_resort(
    samples: Sequence[bytes], declared: str | None, gb: Sequence[str | None]
) -> EncodingChoice:
    """Choose for bytes that are neither UTF-8 nor plausible Chinese: what is declared, or with loss."""
    single = declared if declared not in (None, "utf-8", "gb18030") else None
    if single and all(decode_strict(raw, single) is not None for raw in samples):
        return EncodingChoice(codec=single, reason="declared")
    if _all_decoded(gb):
        return EncodingChoice(codec=GB18030, reason="gb18030")
    return EncodingChoice(codec=GB18030, reason="lossy")


def _all_decoded(texts: Sequence[str | None]) -> bool:
    return all(text is not None for text in texts)


def _by_chance(utf8: Sequence[str | None], gb: Sequence[str | None]) -> bool:
    """Whether bytes that are valid UTF-8 are so by chance, and Chinese in GBK."""
    letters = "".join(text for text in utf8 if text)
    foreign = [char for char in letters if ord(char) > 127]
    return (
        all(_RARE_FOR_UTF8.match(char) for char in foreign)
        and all(text is not None for text in gb)
        and looks_chinese("".join(text for text in gb if text))
    )


def looks_chinese(text: str) -> bool:
    """Whether the non-ASCII characters of `text` are mostly those of common Chinese (GB2312)."""
    foreign = [char for char in text if ord(char) > 127]
    common = sum(_in_gb2312(char) for char in foreign)
    return bool(foreign) and common >= _CHINESE_SHARE * len(foreign)


def _in_gb2312(char: str) -> bool:
    if _RARE_FOR_UTF8.match(
        char
    ):  # GB2312 holds Greek and Russian letters too, which no place is called by
        return False
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def decode_strict(raw: bytes, codec: str) -> str | None:
    """Decode strictly, forgiving only one character cut off at the very end; None where that fails."""
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        if error.start >= max(1, len(raw) - 3) and error.end == len(raw):
            return raw[: error.start].decode(codec)
        return None


def decode_value(raw: bytes, codec: str) -> str:
    """Decode one value by a chosen codec (``UTF-8+GB18030``: whichever fits it), with U+FFFD where nothing fits."""
    for one in codec.split("+"):
        text = decode_strict(raw, one)
        if text is not None:
            return text
    return raw.decode(codec.partition("+")[0], "replace")


def non_ascii_bytes(values: Iterable[object]) -> list[bytes]:
    """Return the distinct non-ASCII values of a column read as latin-1, as the bytes they were."""
    texts = {value for value in values if isinstance(value, str) and not value.isascii()}
    return [text.encode("latin-1", "replace") for text in sorted(texts)]


def redecode_column(values: np.ndarray, codec: str) -> np.ndarray:
    """Turn a column that was read as latin-1 into the text it is."""
    known: dict[str, str] = {}
    out = values.copy()
    for i, value in enumerate(values):  # one dictionary look-up a cell: columns repeat a few values
        if isinstance(value, str) and not value.isascii():
            if value not in known:
                known[value] = decode_value(value.encode("latin-1", "replace"), codec)
            out[i] = known[value]
    return out


def encoding_findings(
    key: str, file: str, choice: EncodingChoice, declared: str = ""
) -> tuple[Finding, ...]:
    """Say what encoding was chosen, where that is no matter of course; `declared` is the file's own words."""
    if choice.reason == "lossy":
        return (
            make_finding(
                "encoding_lossy",
                layer=key,
                file=file,
                encoding=choice.codec,
                declared=declared or "—",
            ),
        )
    if choice.reason == "mixed":
        return (
            make_finding(
                "encoding_mixed",
                layer=key,
                file=file,
                encoding=choice.codec,
                declared=declared or "—",
            ),
        )
    if choice.reason in ("ascii", "demanded"):
        return ()
    said = codec_named(declared) if declared else None
    if said is not None and codecs.lookup(said).name != codecs.lookup(choice.codec).name:
        return (
            make_finding(
                "encoding_contradicts",
                layer=key,
                file=file,
                encoding=choice.codec,
                declared=declared,
            ),
        )
    if choice.reason == "gb18030" and said is None:
        return (make_finding("encoding_chosen", layer=key, file=file, encoding=choice.codec),)
    return ()


# Zero bytes on one side: with fewer nothing can be told.
_MIN_ZERO_BYTES = 4
# What no table of text holds, and binary files do.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def utf16_unmarked(raw: bytes) -> str | None:
    """Tell UTF-16 without a byte-order mark: in a table every digit and comma has a zero byte on the same side."""
    head = raw[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    few, many = sorted((even, odd))
    if many < _MIN_ZERO_BYTES or 5 * many < len(head) // 2 or 20 * few > many:
        return None
    codec = "utf-16-le" if odd > even else "utf-16-be"
    return None if _CONTROL.search(head.decode(codec, "replace")) else codec


def decode_file(
    raw: bytes, file: str, key: str, encoding: str | None = None
) -> tuple[str, str, tuple[Finding, ...]]:
    """Decode a whole text file.

    Returns
    -------
    text, encoding, findings

    Raises
    ------
    InputError
        The encoding the project file demands does not fit the bytes.
    """
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark) and not encoding:
            return raw.decode(codec, "replace"), codec.upper(), ()
    if not encoding and (unmarked := utf16_unmarked(raw)):
        return raw.decode(unmarked, "replace"), unmarked.upper(), ()
    if encoding:
        codec = demanded_codec(encoding, file)
        text = decode_strict(raw, codec)
        if text is None:
            raise does_not_fit(file, encoding)
        return text.removeprefix("\ufeff"), codec.upper(), ()
    if raw.isascii():
        return raw.decode("ascii"), UTF8, ()
    choice = choose_encoding([line for line in raw.splitlines() if not line.isascii()])
    text = (
        "\n".join(decode_value(line, choice.codec) for line in raw.split(b"\n"))
        if "+" in choice.codec
        else (decode_value(raw, choice.codec))
    )
    return text.removeprefix("\ufeff"), choice.codec, encoding_findings(key, file, choice)


def does_not_fit(file: str, encoding: str) -> Exception:
    """The demanded encoding does not fit the bytes."""
    return unreadable_error(
        file,
        f'文字不能按 encoding = "{encoding}" 读取；请删去这一项，让程序自动识别。',
        f'the text cannot be read with encoding = "{encoding}"; remove that key and let it be detected.',
    )


def repair_mojibake(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Undo a wrong decoding that was saved in the file: returns the column and how many cells were mended.

    Only a column is mended in which *every* garbled-looking value turns into common Chinese.
    """
    texts = sorted({value for value in values if isinstance(value, str) and not value.isascii()})
    if not texts:
        return values, 0
    for wrong in ("latin-1", "cp1252", "gb18030"):
        mended = {text: _restore_text(text, wrong) for text in texts}
        if all(mended.values()) and sum(len(text or "") for text in mended.values()) > 1:
            out = values.copy()
            for i, value in enumerate(values):
                out[i] = mended.get(value, value) if isinstance(value, str) else value
            return out, sum(isinstance(value, str) and value in mended for value in values)
    return values, 0


def _restore_text(text: str, wrong: str) -> str | None:
    try:
        raw = text.encode(wrong)
    except UnicodeEncodeError:
        return None
    for right in ("utf-8", "gb18030") if wrong != "gb18030" else ("utf-8",):
        try:
            mended = raw.decode(right)
        except UnicodeDecodeError:
            continue
        if looks_chinese(mended):
            return mended
    return None
