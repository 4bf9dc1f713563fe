"""What WeChat's answers about articles mean (getarticleread, getarticleshare); nothing of them is taken for granted."""

from __future__ import annotations

import re
from typing import Any

from content.wechat_figures import Article

_NAME = re.compile(r"(\d{1,20})_(\d{1,3})")  # msg_data_id, and the place of the article from 1


def counts(answer: dict[str, Any] | None, name: str) -> dict[Article, int] | None:
    """`detail[name]` of each article; None without an answer. An article that is not named as agreed is left out."""
    if answer is None:
        return None
    found: dict[Article, int] = {}
    for entry in answer.get("list") or []:
        article, count = _NAME.fullmatch(str(entry.get("msgid", ""))), (entry.get("detail") or {}).get(name)
        if article and isinstance(count, int) and count >= 0:
            found[article[1], int(article[2])] = count
    return found


def is_settled(answer: dict[str, Any] | None) -> bool:
    """Whether WeChat told it, and does not say that it is still counting."""
    return answer is not None and not answer.get("is_delay", False)
