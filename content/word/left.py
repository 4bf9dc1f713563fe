"""What a Word file holds and the text on the page does not get: gathered while reading, named to the editor."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

EXCERPT = 60
_SENTENCES = {  # kind -> sentence; {n} how many, {words} the beginning of what they say
    "hidden": "隐藏的文字{n}处没有导入：{words}",
    "rows": "隐藏的表格行{n}行没有导入：{words}",
    "deleted": "修订中已删除的内容{n}处没有导入：{words}",
    "inserted": "修订中新增的内容{n}处已按接受处理，请核对：{words}",
    "comments": "批注{n}条没有导入：{words}",
    "margins": "页眉、页脚没有导入：{words}",
    "head": "版头（发文机关标志、文号、密级和紧急程度等）没有放进正文：{words}",
    "imprint": "版记没有放进正文：{words}",
    "contents": "目录没有导入，网页按标题显示",
    "boxes": "文本框里的文字{n}处已移到所在段落之后，请核对位置：{words}",
    "art": "艺术字、水印{n}处没有导入：{words}",
    "embedded": "嵌入的文件或对象{n}个没有导入，需要公开的请另作附件上传",
    "charts": "图表、流程图{n}个没有导入，请截成图片插入，或者改用表格",
    "vector": "矢量图（EMF、WMF、SVG）{n}张没有导入，请另存为PNG后插入",
    "linked": "链接到文件以外的图片{n}张没有导入，请另行插入",
    "unseen": "隐藏的图片{n}张没有导入",
    "cropped": "裁剪过的图片{n}张只导入了看得见的部分",
    "broken": "图片{n}张无法读取，没有导入",
    "formulas": "公式{n}处按文字导入，请核对",
    "guessed": "{n}个表格的表头由程序判断，请核对",
}
_DOUBTFUL = ("inserted", "boxes", "cropped", "formulas", "guessed")


@dataclass
class Left:
    """How often each kind occurred, and its words."""

    counts: Counter = field(default_factory=Counter)
    words: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, words: str = "") -> None:
        """One more of a kind; a kind that is named by its words does not count without any."""
        flat = " ".join(words.split())
        if "{words}" in _SENTENCES[kind]:
            if not flat:
                return
            self.words.setdefault(kind, []).append(flat)
        self.counts[kind] += 1

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence for each kind that was left behind, in the order of `_SENTENCES`."""
        return tuple(self._said(kind) for kind in _SENTENCES if self.counts[kind] and kind not in _DOUBTFUL)

    @property
    def doubts(self) -> tuple[str, ...]:
        """The same of what was taken over in a way that should be looked at."""
        return tuple(self._said(kind) for kind in _DOUBTFUL if self.counts[kind])

    def _said(self, kind: str) -> str:
        return _SENTENCES[kind].format(n=self.counts[kind], words=self._quoted(kind))

    def _quoted(self, kind: str) -> str:
        text = "；".join(dict.fromkeys(self.words.get(kind, ())))
        return f"“{text if len(text) <= EXCERPT else text[:EXCERPT] + '…'}”"
