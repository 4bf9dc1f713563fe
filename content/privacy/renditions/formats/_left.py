"""What of an Office file does not come into its rendition: read all the same, so that the editor knows of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from lxml import etree

from content.privacy.renditions.formats._copying import Element, Job
from content.privacy.renditions.model import Finding, Refused
from content.privacy.renditions.ooxml import tag, tags
from content.privacy.renditions.script import Script

_UNSHOWN = "未显示的页眉页脚"
_PARTS = (  # pattern of a part's name, code, where its writing stands
    (r"docProps/thumbnail", "thumbnail", ""),
    (r"comment|people|persons", "comments", "批注"),
    (r"vba", "macros", "宏"),
    (r"embeddings/|/ole|package", "embedded", "嵌入的对象"),
    (r"activeX|ctrlProps", "forms", "控件"),
    (r"fonts?/.*\.(?:odttf|fntdata|ttf)", "fonts", ""),
    (r"_xmlsignatures|signature", "signatures", "数字签名"),
    (r"glossary/", "metadata", "自动图文集"),
    (r"customXml/|customData|tags/|slideUpdate", "metadata", "自定义数据"),
    (r"docProps/", "metadata", "文档属性"),
    (r"notesSlides/", "notes", "备注"),
    (r"slides/", "hidden", "隐藏的幻灯片"),
    (r"diagrams/", "diagrams", "SmartArt图形"),
    (r"charts?/", "embedded", "图表"),
    (r"header|footer", "hidden", _UNSHOWN),
    (r"media/.*\.(?:mp[34g]|m4[av]|wav|wma|wmv|avi|mov|aiff?|mid)", "media", ""),
    (r"", "metadata", "文件内部数据"),
)
_ATTRIBUTES = {tag("w:instr"): "域代码", tag("w:author"): "修订作者"}
_RULES = tuple((re.compile(pattern, re.IGNORECASE), code, where) for pattern, code, where in _PARTS)
_PARAGRAPHS = tags("w:p a:p m:oMathPara")
_WRITTEN = re.compile(r"[\u2e80-\u9fff\uff00-\uffef@]|\d{7}|\d[ -]\d")
_NO_WRITING = re.compile(r"rsid|Id$|GUID|guid|gfxdata|hash|salt", re.IGNORECASE)
_PLACES = (
    (tags("w:del w:moveFrom"), "修订中删除的内容"), (tags("w:instrText w:delInstrText"), "域代码"),
    (tags("mc:Fallback"), "图形的旧版副本"), (tags("p:nvPr"), "幻灯片的附加信息"),
)


def left_behind(job: Job) -> list[Script]:
    """The writing that stays behind, by part; each piece is marked as dropped."""
    job.notes.removed.setdefault("metadata")
    scripts = [script for part in job.package.pack.names for script in _part(job, part) if script.pieces]
    return [*scripts, _addresses(job)]


def findings(job: Job, scripts: list[Script]) -> Iterator[Finding]:
    """What is found in places that are left out; what also touches writing that stays is found there."""
    for script in scripts:
        yield from (each for each in script.findings(job.choices) if each.dropped)


def _part(job: Job, part: str) -> Iterator[Script]:
    if part.endswith(".rels") or part == "[Content_Types].xml":
        return
    shown = part in job.visited
    if not shown and not _pictured(job, part):
        job.notes.removed.setdefault(_rule(part)[0])
    if not part.endswith((".xml", ".vml")) and "xml" not in job.package.types.get(part, ""):
        return
    try:
        root = job.package.root(part)
    except Refused as refused:
        if shown or refused.code != "damaged":
            raise
        return  # what is left out need not be readable
    where = "" if shown else _rule(part)[1]
    texts = _texts(job, root, where)
    if texts.pieces and where == _UNSHOWN:
        job.notes.leave("hidden", _UNSHOWN, seen=False)
    yield texts
    yield _attributes(job, root, where)


def _pictured(job: Job, part: str) -> bool:
    return any(part == name for name, _ in job.figures.figures)


def _rule(part: str) -> tuple[str, str]:
    return next((code, where) for pattern, code, where in _RULES if pattern.search(part))


def _texts(job: Job, root: Element, where: str) -> Script:
    """The texts that were not copied, with those around them in the same paragraph."""
    script = Script()
    written = [each for each in root.iter(etree.Element) if each.text and each.text.strip()]
    for _, group in groupby(written, key=_paragraph):
        members = list(group)
        if all(each in job.taken for each in members):
            continue
        for each in members:
            if each in job.taken:
                script.gap(each.text)
            else:
                script.add(each.text, each, where or _place(each), dropped=True)
        script.gap("\n")
    return script


def _paragraph(element: Element) -> Element:
    return next(element.iterancestors(*_PARAGRAPHS), element)


def _place(element: Element) -> str:
    """What keeps a text out of the rendition of a part that is shown otherwise."""
    around = [element.tag, *(each.tag for each in element.iterancestors())]
    return next((where for names, where in _PLACES if not names.isdisjoint(around)), "隐藏内容")


def _attributes(job: Job, root: Element, where: str) -> Script:
    """Attributes that look written by somebody and were not copied."""
    script = Script()
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if _WRITTEN.search(value) and not _NO_WRITING.search(name) and (element, name) not in job.copied:
                place = _ATTRIBUTES.get(name) or where or "图形或域的附加信息"
                script.add(value, (element, name), place, dropped=True)
                script.gap("\n")
    return script


def _addresses(job: Job) -> Script:
    """Addresses that links lead to and that are left out."""
    script = Script()
    for part in job.package.pack.names:
        for name, relation in job.package.relations(part).items() if not part.endswith(".rels") else ():
            if relation.external and not job.harmless(relation.target):
                script.add(relation.target.removeprefix("mailto:"), (part, name), "链接地址", dropped=True)
                script.gap("\n")
    return script
