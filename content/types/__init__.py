"""Document types, one file each: what a type is called, which metadata it has, which of it publication needs.

A file of this folder gives `TYPE`, a `DocumentType`. Its schema is a colander schema, so that the same
declaration checks a form, an import and a test; values are kept as JSON in `Revision.data`, dates as ISO strings.
The metadata are those of 政府信息公开目录 (the fourteen core elements and the usual further ones).
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import colander

from content.collect import collect

# 公文种类 of 党政机关公文处理工作条例 Art. 8
GENRES = ("决议", "决定", "命令", "公报", "公告", "通告", "意见", "通知", "通报", "报告", "请示", "批复", "议案",
          "函", "纪要")
# 主题分类 of the State Council's catalogue
TOPICS = (
    "国务院组织机构", "综合政务", "国民经济管理、国有资产监管", "财政、金融、审计", "国土资源、能源",
    "农业、林业、水利", "工业、交通", "商贸、海关、旅游", "市场监管、安全生产监管", "城乡建设、环境保护",
    "科技、教育", "文化、广电、新闻出版", "卫生、体育", "人口与计划生育、妇女儿童工作", "劳动、人事、监察",
    "公安、安全、司法", "民政、扶贫、救灾", "民族、宗教", "对外事务", "港澳台侨工作", "国防", "其他",
)
VALIDITIES = ("有效", "失效", "废止", "部分失效", "已修改", "尚未施行")
STANDINGS = {"normative": "行政规范性文件", "rules": "规章"}  # what table 二 of the annual report counts
FORMS = (("text", "文字解读"), ("picture", "图解"), ("video", "视频解读"), ("expert", "专家解读"), ("qa", "问答"),
         ("press", "新闻发布会"))


@dataclass(frozen=True)
class DocumentType:
    """A type: `required` names what must be filled before it can be published."""

    name: str
    title: str
    english: str
    schema: type[colander.Schema]
    required: tuple[str, ...] = ()
    official: bool = False  # shown with the red head (发文机关标志) and 文号
    single: bool = False  # one document is the whole column
    relations: dict[str, str] = field(default_factory=dict)  # field of the schema -> kind of `Relation`

    def fields(self) -> list[colander.SchemaNode]:
        """The metadata fields, in the order in which they are shown."""
        return list(self.schema().children)

    def clean(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data` as it is kept: known fields only, checked, JSON values. Raises `colander.Invalid`."""
        schema = self.schema()
        known = {key: value for key, value in data.items() if key in schema and value not in (None, "")}
        return {key: _json(value) for key, value in schema.deserialize(known).items() if value not in (None, "", [])}

    def missing(self, data: dict[str, Any]) -> list[str]:
        """Titles of the required fields that are empty."""
        schema = self.schema()
        return [schema[key].title for key in self.required if not data.get(key)]


def _json(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return list(value) if isinstance(value, (set, tuple)) else value


def text(title: str, *, most: int = 200, hint: str = "", long: bool = False) -> colander.SchemaNode:
    """A line, or with `long` a paragraph."""
    return colander.SchemaNode(colander.String(), title=title, description=hint, missing="",
                               validator=colander.Length(max=most), shape="textarea" if long else "line")


def day(title: str, hint: str = "") -> colander.SchemaNode:
    """A date, ISO 8601."""
    return colander.SchemaNode(colander.Date(), title=title, description=hint, missing=None, shape="date")


def count(title: str, *, most: int, hint: str = "") -> colander.SchemaNode:
    """A whole number from 1."""
    return colander.SchemaNode(colander.Integer(), title=title, description=hint, missing=None, shape="line",
                               validator=colander.Range(1, most))


def choice(title: str, values: tuple, hint: str = "") -> colander.SchemaNode:
    """One of `values`, each a word or a pair of key and word."""
    pairs = tuple(value if isinstance(value, tuple) else (value, value) for value in values)
    return colander.SchemaNode(colander.String(), title=title, description=hint, missing="", shape="choice",
                               pairs=pairs, validator=colander.OneOf([key for key, _ in pairs]))


def document(title: str, hint: str = "") -> colander.SchemaNode:
    """Another document, by its id."""
    return colander.SchemaNode(colander.Integer(), title=title, description=hint, missing=None, shape="document")


class Common(colander.Schema):
    """What every type has. 信息形成日期 starts the 20 working days of Art. 26."""

    summary = text("内容概述", most=300, long=True, hint="不填写时取正文开头")
    formed = day("信息形成日期", hint="从这一天起20个工作日内公开（《条例》第二十六条）")
    issuer = text("发布机构", hint="不填写时为栏目责任部门")
    topic = choice("主题分类", TOPICS)
    keywords = text("关键词", hint="用分号隔开")
    limit_days = count("法定公开期限（工作日）", most=250,
                       hint="其他法律、行政法规另有规定的填写，并写明依据（《条例》第二十六条）")
    limit_basis = text("公开期限的依据", hint="填写了法定公开期限的，写明法律、行政法规的名称和条文")
    source = text("信息来源")
    basis = text("公开依据")
    pinned_until = day("置顶到")
    correction = text("更正说明", most=300, long=True, hint="更正了什么、为什么，公众能看到；更正已公开的信息时填写")

    def validator(self, node: colander.SchemaNode, value: dict) -> None:
        if value.get("limit_days") and not (value.get("limit_basis") or "").strip():
            problem = colander.Invalid(node)
            problem["limit_basis"] = "填写了法定公开期限，要写明依据的法律、行政法规和条文"
            raise problem


@lru_cache(maxsize=1)
def all_types() -> dict[str, DocumentType]:
    """Every type, by name."""
    return collect(sys.modules[__name__], "TYPE")


def type_of(name: str) -> DocumentType:
    """Raises `LookupError` for an unknown type, naming the known ones."""
    try:
        return all_types()[name]
    except KeyError:
        raise LookupError(f"no document type {name!r}; there are {', '.join(sorted(all_types()))}") from None
