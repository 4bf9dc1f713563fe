"""Column and article tags in a page's head, by 政府网站发展指引 (国办发〔2017〕47号)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from portal.dates import local

Tags = list[tuple[str, str]]


def column_tags(name: str, description: str, keywords: str, column_type: str) -> Tags:
    """The four tags of a column page, all required; `keywords` separated by commas."""
    return [("ColumnName", name), ("ColumnDescription", description or name),
            ("ColumnKeywords", keywords or name), ("ColumnType", column_type or "信息公开")]


def article_tags(title: str, published: dt.datetime, source: str, *, keywords: Iterable[str] = (),
                 author: str = "", description: str = "", image: str = "", url: str = "") -> Tags:
    """The tags of a content page: three required ones, then those optional ones that are known.

    `published` becomes `2025-07-14 01:59` on the county's clock; `image` and `url` are absolute addresses.
    """
    known = [("Keywords", ",".join(keywords)), ("Author", author), ("Description", description),
             ("Image", image), ("Url", url)]
    required = [("ArticleTitle", title), ("PubDate", f"{local(published):%Y-%m-%d %H:%M}"),
                ("ContentSource", source)]
    return required + [(name, content) for name, content in known if content]
