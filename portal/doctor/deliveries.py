"""What leaves the house: what has waited too long, and what was given up lately."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select

from content.documents import Attachment
from content.outbox import FAILED, WAITING, Delivery
from portal.doctor import WARN, Check, Found, Patient
from portal.i18n import _

STUCK, LATELY, SLOW = dt.timedelta(hours=1), dt.timedelta(days=7), dt.timedelta(minutes=30)


def run(patient: Patient) -> Iterator[Found]:
    with patient.database.reader() as session:
        waits = session.execute(
            select(Delivery.channel, func.count()).group_by(Delivery.channel).order_by(Delivery.channel)
            .where(Delivery.state == WAITING, Delivery.next_at < patient.at - STUCK)).all()
        failed = session.scalar(select(func.count()).where(
            Delivery.state == FAILED, Delivery.next_at > patient.at - LATELY))
        slow = session.scalar(select(func.count()).where(Attachment.due < patient.at - SLOW))
    for channel, count in waits:
        yield Found(WARN, _("${channel}：${n} 件到期一小时还没有发", mapping={"channel": channel, "n": count}),
                    _("看看这个渠道是否已经设置、后台程序是否在运行"))
    if failed:
        yield Found(WARN, _("最近七天有 ${n} 件没有发出", mapping={"n": failed}),
                    _("在工作台的“投递”里查看原因，重发或者取消"))
    if slow:
        yield Found(WARN, _("${n} 个附件等待处理超过半小时", mapping={"n": slow}), _("看后台程序的日志"))


CHECK = Check("deliveries", _("投递和附件"), run)
