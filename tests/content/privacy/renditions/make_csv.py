"""Makes tables as text, in the encodings, with the delimiters and the quotes that programs write."""

from __future__ import annotations

import csv
import io
import random

from tests.content.privacy.renditions.make_xlsx import value_of

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")


def table(rows: list[list], encoding: str = "utf-8", delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL,
          end: str = "\r\n") -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return made.getvalue().encode(encoding)


def random_csv(rng: random.Random) -> tuple[bytes, list[str]]:
    """A list of people with identifiers in random columns, or prose with one in it."""
    encoding, end = rng.choice(ENCODINGS), rng.choice(("\r\n", "\n"))
    if rng.random() < 0.2:
        value = value_of(rng)
        return f"各乡镇：{end}请联系傅小明（{value}）。{end}".encode(encoding), [value]
    rows: list[list] = [["序号", "姓名", "身份证号", "手机", "银行卡号", "备注"]]
    planted = []
    for nth in range(rng.randint(1, 12)):
        row: list = [nth + 1, "傅小明", "", "", "", rng.choice(("通过", '说明,"附件"', "第一行\n第二行", ""))]
        for column in rng.sample((2, 3, 4), rng.randint(1, 3)):
            planted.append(value_of(rng))
            row[column] = planted[-1]
        if rng.random() < 0.2:
            planted.append(value_of(rng))
            row[5] = f"本人 {planted[-1]}，已核"
        rows.append(row)
    return table(rows, encoding, rng.choice(",\t;|"), rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)), end), planted
