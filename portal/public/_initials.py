"""By which letter of pinyin a Chinese name is found: without a dictionary, from the order of GB 2312.

Its first 3,755 characters stand in the order of their pinyin (GB/T 2312-1980, level 1), in one of its readings.
"""

from __future__ import annotations

from bisect import bisect_right

# letter -> its first character
_FIRST = {"A": "啊", "B": "芭", "C": "擦", "D": "搭", "E": "蛾", "F": "发", "G": "噶", "H": "哈", "J": "击", "K": "喀",
          "L": "垃", "M": "妈", "N": "拿", "O": "哦", "P": "啪", "Q": "期", "R": "然", "S": "撒", "T": "塌", "W": "挖",
          "X": "昔", "Y": "压", "Z": "匝"}
_LETTERS, _STARTS = tuple(_FIRST), [character.encode("gb2312") for character in _FIRST.values()]
_END = "座".encode("gb2312")  # the last of level 1
OTHER = "#"


def initial(name: str) -> str:
    """A to Z, or `OTHER` for what has no place in that order."""
    first = name[:1].upper()
    if first.isascii():
        return first if first.isalpha() else OTHER
    try:
        code = first.encode("gb2312")
    except UnicodeEncodeError:
        return OTHER
    return _LETTERS[bisect_right(_STARTS, code) - 1] if _STARTS[0] <= code <= _END else OTHER
