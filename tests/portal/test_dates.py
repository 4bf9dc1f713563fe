"""Days and times as they are written, and the site tags that hold them."""

import datetime as dt

from portal.dates import Dates
from portal.site_tags import article_tags, column_tags

ZH = Dates("zh", dt.date(2026, 11, 22))
EN = Dates("en", dt.date(2026, 11, 22))
MOMENT = dt.datetime(2026, 11, 21, 16, 5, tzinfo=dt.UTC)  # 0:05 of the next day in China


def test_chinese():
    assert ZH.date(dt.date(2026, 1, 2)) == "2026年1月2日"
    assert ZH.short(dt.date(2026, 1, 2)) == "1月2日" and ZH.short(dt.date(2025, 1, 2)) == "2025年1月2日"
    assert ZH.weekday(dt.date(2026, 11, 22)) == "2026年11月22日，星期日"
    assert ZH.datetime(MOMENT) == "2026年11月22日 00:05" and ZH.date(MOMENT) == "2026年11月22日"


def test_english():
    assert EN.date(dt.date(2026, 1, 2)) == "2 January 2026" and EN.short(dt.date(2026, 1, 2)) == "2 January"
    assert EN.weekday(dt.date(2026, 11, 22)) == "Sunday, 22 November 2026"
    assert EN.datetime(MOMENT) == "22 November 2026, 00:05"


def test_no_date_is_nothing():
    assert ZH.date(None) == ZH.short(None) == ZH.datetime(None) == ""


def test_article_tags_use_local_time_and_leave_out_what_is_unknown():
    assert article_tags("标题", MOMENT, "县民政局") == [
        ("ArticleTitle", "标题"), ("PubDate", "2026-11-22 00:05"), ("ContentSource", "县民政局")]
    more = dict(article_tags("标题", MOMENT, "县民政局", keywords=["低保", "公示"], url="https://x.example/"))
    assert more["Keywords"] == "低保,公示" and more["Url"] == "https://x.example/"


def test_column_tags_are_never_empty():
    assert all(content for _, content in column_tags("社会救助", "", "", ""))
