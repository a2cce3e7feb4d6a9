"""Which encoding a file of text is in when it is not UTF-8: GB18030 if that is plausible."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from quality.reading.findings import Note, UnreadableFileError

if TYPE_CHECKING:
    from quality.reading.textual import TextFile, UndecodableError

GB18030 = "gb18030"
READ_AS_GB18030 = Note(
    "it is not UTF-8 and was read as GB18030. Deliver UTF-8, or name its encoding in the option "
    "encoding.",
    "文件不是 UTF-8，已按 GB18030 读取。请提交 UTF-8，或在 encoding 选项中指明编码。",
)

_LEAST_COMMON_SHARE = 0.7
_MOST_JUDGED = 100_000
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_COMMON_ROWS = frozenset((0xA1, 0xA3, *range(0xB0, 0xD8)))
_SECONDS = range(0xA1, 0xFF)


def other_encoding(text: TextFile, error: UndecodableError) -> TextFile:
    """Return the file to be read as GB18030, after it turned out not to be UTF-8.

    GB18030 it is if every byte decodes and at least 70 % of what is beyond ASCII, of the first
    pieces, are characters of GB 2312 level 1 (3,755 common ideographs) or its punctuation. Nearly all simplified Chinese
    is; of Latin-1, Big5, and UTF-8 with a damaged byte, read by mistake, much less is.

    Args:
        text: The file as it was read.
        error: Where that failed.

    Raises:
        UnreadableFileError: If the encoding was named by its mark or by an option, or if it is
            no plausible GB18030 either.

    Source:
        GB 2312-1980, rows 16-55 (level 1), 1 and 3 (punctuation); GB 18030-2005.
    """
    if text.encoding or error.encoding != "utf-8" or not _is_plausible_gb18030(text):
        raise _wrong(error)
    return replace(text, encoding=GB18030)


def _is_plausible_gb18030(text: TextFile) -> bool:
    decoder = codecs.getincrementaldecoder(GB18030)()
    judged = ""
    try:
        for piece in text.raw():
            decoded = decoder.decode(piece)
            if len(judged) < _MOST_JUDGED:
                judged += "".join(_NOT_ASCII.findall(decoded))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return sum(map(_is_common, judged)) >= _LEAST_COMMON_SHARE * len(judged)


def _is_common(character: str) -> bool:
    code = character.encode(GB18030)
    # A character of four bytes has a digit for its second.
    return code[0] in _COMMON_ROWS and code[1] in _SECONDS


def _wrong(error: UndecodableError) -> UnreadableFileError:
    name = error.encoding.upper()
    return UnreadableFileError(
        f"byte {error.position} (line {error.line}) is not {name}, and the file is not plainly "
        "GB18030. Save it as UTF-8 and deliver it again, or name its encoding in the option "
        "encoding.",
        f"第 {error.position} 字节（第 {error.line} 行）不是 {name}，文件也不像 GB18030。"
        "请另存为 UTF-8 后重新提交，或在 encoding 选项中指明编码。",
    )
