"""Small invented texts that the search tests share."""

from __future__ import annotations

from datetime import date

from content.search import Engine, Entry, Query

COUNTY, FINANCE = 1, 2
OFFICE, BUREAU = 10, 11


def entry(id: int, title: str, text: str = "", /, **more: object) -> Entry:
    """An entry of 2026 in the county's column, unless told otherwise."""
    fields = {
        "date": date(2026, 1, id % 28 + 1), "year": 2026, "type": "notice", "validity": "有效",
        "column_ids": (COUNTY,), "department_ids": (OFFICE,), "url": f"/doc/2026/{id}.html",
    }
    return Entry(id=id, title=title, text=text, **(fields | more))


ENTRIES = (
    entry(1, "清源县政府信息公开条例实施办法", "行政机关应当及时、准确地公开政府信息。"
          "公开的程序由县政府办公室规定。",
          number="清政办〔2026〕12号", index_number="QY001/2026-00012", type="policy"),
    entry(2, "关于提高最低生活保障标准的通知", "自二〇二六年起，农村居民每人每月提高五十元，"
          "由县民政局发放，\n共计2019户受益。",
          department_ids=(OFFICE, BUREAU)),
    entry(3, "清源县2025年财政预算执行情况", "本级收入比上年增长，公共预算支出用于民生。"
          "<script>alert('x')</script> 预算公开。",
          column_ids=(COUNTY, FINANCE), year=2025, date=date(2025, 3, 1), type="budget"),
    entry(4, "信访工作条例宣传月活动", "各乡镇开展信访条例宣传，解答群众问题。",
          year=2024, date=date(2024, 5, 6), validity="失效"),
    entry(5, "中华人民共和国政府信息公开条例", "为了保障公民依法获取政府信息，制定本条例。",
          number="国务院令第711号", year=2019, date=date(2019, 4, 3), type="policy"),
    entry(6, "物业服务收费管理规定", "住宅小区的物业服务收费实行政府指导价，业主可以要求公示，WTO规则和5G建设除外。"),
)
MORE = (
    entry(7, "清源县城乡居民基本医疗保险缴费通知", "参保人员在税务部门缴费，2019户优先。", type="policy",
          number="清医保〔2025〕3号", year=2025, date=ENTRIES[2].date),
    entry(8, "医疗保险基金监管办法", "医疗保障行政部门监督检查，医疗 保险\n基金专款专用。", department_ids=(BUREAU,)),
)


def ids(engine: Engine, text: str = "") -> set[int]:
    """The documents that a text finds."""
    return {hit.id for hit in engine.search(Query(text, limit=100)).hits}
