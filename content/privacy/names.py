"""Names in lists made unidentifiable by choice: the columns under 姓名, 户主 and the like."""

import re
from collections.abc import Iterator

from content.privacy.masks import name_mask, replace
from content.privacy.page import Page
from content.privacy.reading import Reading, read, read_markup

_HEADER = re.compile(r"姓名|名字|户主|受益人|申请人|监护人|法定监护|家长|学生|患者|当事人|村民|受助人|领款人|"
                     r"持卡人|家庭成员|共同申请|被征收人|业主|\bname\b")
_NOT = re.compile(r"身份|证件|电话|手机|住址|地址|账号|卡号|关系|人数|数|编号|序号|单位|签")
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,8})*(?![\u4e00-\u9fff])|"
                   r"[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8})+|[A-Za-z]+(?: [A-Za-z]+)+")


def mask_names_html(html: str) -> str:
    """The HTML with the names in name columns of its lists masked (张*, 欧阳*)."""
    return replace(html, _edits(read_markup(html)))


def mask_names_text(text: str) -> str:
    """The same for plain text with tables by tabs, pipes, commas or wide gaps."""
    return replace(text, name_edits(text))


def name_edits(text: str) -> Iterator[tuple[int, int, str]]:
    """What `mask_names_text` changes: (start, end, what is shown instead), character by character."""
    return _edits(read(text))


def _edits(reading: Reading) -> Iterator[tuple[int, int, str]]:
    page = Page(reading)
    places = {match.span() for cell, _ in page.cells(_HEADER) if not _NOT.search(cell.header)
              for match in _NAME.finditer(page.plain, cell.start, cell.end)}
    for start, end in sorted(places):
        shown = name_mask(page.plain[start:end])
        for (first, last, old), new in zip(reading.places(start, end), shown.ljust(end - start), strict=True):
            if new != old and last > first:
                yield first, last, new
