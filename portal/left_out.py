"""What a rendition does not take along, in words: the codes that the formats give (`Inspection.removed`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.i18n import _

TITLES: dict[str, Any] = {
    "metadata": _("文档属性和作者信息"), "comments": _("批注"), "annotations": _("批注"),
    "revisions": _("修改前的内容"), "hidden": _("隐藏内容"), "hidden_text": _("隐藏的文字"),
    "hidden_rows": _("隐藏的行"), "hidden_columns": _("隐藏的列"), "hidden_sheets": _("隐藏的工作表"),
    "leftovers": _("残留的旧文字"), "cropped": _("图片裁掉的部分"), "unknown": _("无法识别的内容"),
    "attachments": _("内嵌的文件"), "embedded": _("内嵌的文件"), "objects": _("内嵌的对象"), "macros": _("宏"),
    "javascript": _("脚本"), "actions": _("动作"), "links": _("链接"), "external_links": _("外部链接"),
    "connections": _("数据连接"), "formulas": _("公式"), "names": _("定义的名称"), "pivots": _("数据透视缓存"),
    "validations": _("数据有效性"), "scenarios": _("方案"), "views": _("自定义视图"), "headers": _("页眉页脚"),
    "fields": _("域代码"), "notes": _("备注"), "bookmarks": _("书签"), "forms": _("表单"), "xfa": _("表单"),
    "layers": _("图层"), "signatures": _("电子签名"), "structure": _("结构信息"), "private": _("软件私有数据"),
    "pictures": _("图片"), "vector": _("矢量图"), "charts": _("图表"), "diagrams": _("SmartArt图形"),
    "shapes": _("图形和文本框"), "position": _("拍摄位置"), "thumbnail": _("缩略图"), "frames": _("动图的其余各帧"),
    "transparency": _("透明处的颜色"), "media": _("声音和视频"), "animations": _("动画"), "fonts": _("内嵌字体"),
    "printer": _("打印设置"), "protection": _("保护密码"), "custom_xml": _("自定义数据"), "parts": _("其他部件"),
    "extensions": _("扩展数据"),
}
OTHER = _("其他看不见的内容")


def words(codes: Iterable[str]) -> list[Any]:
    """Each thing once, in order; what has no word of its own is something else that nobody sees."""
    return list(dict.fromkeys(TITLES.get(code, OTHER) for code in codes))
