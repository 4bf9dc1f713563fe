"""What the journal's rows say in plain words: one sentence for each action, used by the journal and by histories."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pyramid.request import Request

from content import privacy
from content.journal import Row
from content.people import ROLE_TITLES, Role
from content.privacy import KINDS
from portal.i18n import _
from workflows.engine import workflows, workflows_for

# Each sentence takes its values from the payload, by name.
SENTENCES: dict[str, Any] = {
    "document.create": _("新建文稿"),
    "document.save": _("保存第${ordinal}稿"),
    "document.word": _("从Word导入，图片${pictures}张"),
    "document.harvest": _("从其他网站汇集：${address}"),
    "document.agree": _("约定公开时间"),
    "document.relocate": _("换了栏目"),
    "document.settle": _("处理“${kind}”：${decision}"),
    "document.reopen": _("重新处理“${kind}”"),
    "document.abolished": _("被另一份文件废止"),
    "document.reinstated": _("恢复原来的有效性"),
    "document.choose": _("改变附件的公开方式"),
    "document.vouch": _("说明附件里的图片已经看过"),
    "document.open": _("打开附件原件"),
    "attachment.take": _("收下附件（编号${subject}）"),
    "attachment.look": _("看了附件（编号${subject}）的第${number}幅"),
    "attachment.inspect": _("检查附件（编号${subject}）"),
    "attachment.prepare": _("生成附件的公开版（编号${subject}）"),
    "document.turn": _("有效性由“${before}”变为“${after}”"),
    "document.erase": _("依法清除第${ordinal}稿"),
    "revision.erased": _("依法清除一稿的内容"),
    "column.create": _("新建栏目“${name}”"),
    "column.change": _("修改栏目：${fields}"),
    "list.renumber": _("列表按日期重新排列"),
    "department.create": _("登记机构“${name}”"),
    "user.create": _("新建账号“${name}”"),
    "user.change": _("修改账号：${fields}"),
    "user.grant": _("授予职责“${role}”"),
    "user.revoke": _("收回职责“${role}”"),
    "user.delegate": _("委托他人代办，${first_day}至${last_day}"),
    "user.end_delegation": _("提前结束委托"),
    "user.login": _("登录"),
    "user.logout": _("退出"),
    "user.lock": _("连续${failures}次密码不对，账号锁定${minutes}分钟"),
    "user.unlock": _("解锁账号"),
    "user.change_password": _("更换密码"),
    "user.reset_password": _("发给一次性密码"),
    "case.file": _("收到一件申请"),
    "case.code": _("申请人证明身份后更换查询码"),
    "case.look": _("查看申请的内容"),
    "case.search": _("按申请人查找申请，找到${found}件"),
    "case.release": _("放入一份要公开的材料"),
    "case.decide": _("逐项确认公开材料里的个人信息"),
    "case.vouch": _("声明看过公开材料里的图片"),
    "case.drop": _("移除一份公开的材料"),
    "case.fact": _("记下办理事实"),
    "case.annul": _("作废一项办理事实"),
    "case.due": _("期限由${before}变为${after}"),
    "case.issue": _("发出文书${number}"),
    "case.merged": _("并入${number}"),
    "case.group": _("归为申请相同信息的一组"),
    "case.ungroup": _("移出申请相同信息的一组"),
    "case.active": _("转为主动公开，建了文稿"),
    "case.hold": _("放进申请人的账户"),
    "applicant.open": _("申请人开立账户"),
    "applicant.password": _("申请人更换密码"),
    "applicant.email": _("申请人更换邮箱"),
    "applicant.close": _("申请人注销账户"),
    "subscription.confirm": _("读者确认邮件订阅"),
    "subscription.end": _("读者退订邮件"),
    "subscription.sleep": _("邮箱多次拒收，邮件订阅停发"),
    "case.erase": _("依规清除申请人的个人信息"),
    "case.import": _("导入往年的一件申请"),
    "calendar.import": _("导入${subject}年放假和调休安排"),
    "calendar.moved": _("日历变动，重算期限，${count}件改变"),
    "annual.enter": _("填写年度报告：${year}年"),
    "annual.draft": _("由年度报告生成文稿：${year}年"),
    "letter.edit": _("修改文书模板（第${version}版）"),
    "delivery.retry": _("安排重新投递"),
    "delivery.cancel": _("取消投递"),
    "wechat.add": _("登记公众号“${name}”"),
    "wechat.secrets": _("更换公众号的密钥"),
    "wechat.use": _("启用或者停用公众号"),
    "wechat.titles": _("公众号的标题改为最多${limit}个字"),
    "wechat.followers": _("记下${day}的关注人数：${followers}"),
    "push.arrange": _("编排推送，用“${account}”"),
    "push.reword": _("修改推送的标题和顺序"),
    "push.withdraw": _("推送里的一条信息撤回了"),
    "push.lost": _("推送的文章在微信里不见了：${why}"),
    "event.enter": _("登记事件：${what}"),
    "event.tell": _("指明说明事件的文稿"),
    "event.annul": _("作废登记的事件"),
    "withheld.enter": _("登记不公开的事项"),
    "withheld.review": _("评估不公开的事项"),
    "supervision_setting.change": _("修改监督设置“${name}”，从${since}起"),
    "report.receive": _("收到找错"),
    "report.answer": _("答复找错"),
    "report.open_contact": _("查看找错人的联系方式"),
    "finding.find": _("发现问题"),
    "finding.turn": _("程度变为${level}"),
    "word_entry.put": _("设定错敏词“${wrong}”"),
    "word_entry.strike": _("停用错敏词“${wrong}”"),
    "word_entry.restore": _("恢复错敏词“${wrong}”"),
    "check.turn": _("巡检结果有变化，现有${places}处问题"),
    "key.rotate": _("更换数据密钥"),
    "key.rewrap": _("更换主密钥"),
    "instance.restore": _("由${made}的备份恢复"),
    "journal.erased": _("依法清除第${subject}条的内容"),
}
LEVELS = {"red": _("红"), "yellow": _("黄")}
SUBJECTS = {"document": _("文稿"), "revision": _("稿次"), "attachment": _("附件"), "column": _("栏目"),
            "user": _("人员"), "report": _("找错"), "department": _("机构"),
            "applicant": _("申请人账户"), "delivery": _("投递"), "wechat": _("公众号"), "push": _("微信推送"),
            "subscription": _("邮件订阅"),
            "finding": _("监督发现"), "key": _("密钥"), "journal": _("日志"), "instance": _("本站"),
            "word_entry": _("错敏词"), "check": _("巡检"),
            "event": _("事件"), "withheld": _("不公开事项"), "supervision_setting": _("监督设置")}
DECISIONS = {"mask": _("遮盖"), "delete": _("删除"), "keep": _("保留")}
FIELDS = {
    "name": _("名称"), "slug": _("路径"), "parent_id": _("上级栏目"), "department_id": _("责任部门"), "kind": _("形式"),
    "external_url": _("外部网址"), "rule": _("更新承诺"), "basis": _("公开依据"), "workflow": _("流程"),
    "types": _("文稿类型"), "audience": _("公开范围"), "position": _("顺序"), "opened": _("启用日期"),
    "closed": _("停用日期"), "description": _("栏目说明"), "keywords": _("关键词"), "column_type": _("栏目类别"),
    "featured": _("重点领域"), "masks": _("遮盖方式"), "mask_names": _("遮盖姓名"), "archive": _("归档规则"),
    "email": _("邮箱"),
    "active": _("启用状态"),
}


def sentence(request: Request, row: Row, *, masked: bool = True) -> str:
    """What happened, without who and when; the reason behind it when one was given, with the personal data in it
    masked for all but those who read the originals."""
    payload = row.payload
    said = _step(request, row, payload) or _plain(request, row, payload)
    why = payload.get("why") or payload.get("reason")
    if why and masked:
        why = privacy.mask_text(str(why), privacy.scan_text(str(why)))
    return f"{said}（{why}）" if why else said


def _plain(request: Request, row: Row, payload: Mapping[str, Any]) -> str:
    say = request.localizer.translate
    values = {name: value for name, value in payload.items() if isinstance(value, str | int)}
    values |= {name: words for name, show in _SHOWN.items() if (words := show(request, payload))}
    said = say(SENTENCES.get(row.action, row.action), mapping=values | {"subject": row.subject_id})
    return said if row.payload_row.body is not None else _without_values(said) + say(_("（内容已依法清除）"))


def _step(request: Request, row: Row, payload: Mapping[str, Any]) -> str:
    """The title of a transition, and the state it led to."""
    name = row.action.partition(".")[2]
    if row.subject_kind not in ("document", "case", "finding", "push") or "to" not in payload:
        return ""
    steps = [step for workflow in workflows_for(row.subject_kind).values()
             if (step := workflow.find(name, payload.get("from", ""))) is not None]
    # Workflows name the same step differently; an abandoned correction may lead elsewhere than its target.
    step = next((each for each in steps if each.target == payload["to"]), steps[0] if steps else None)
    if step is None:
        return ""
    return step.english if request.language.code == "en" else step.title


def _fields(request: Request, payload: Mapping[str, Any]) -> str:
    changed = payload.get("after")
    if not isinstance(changed, dict):
        return ""
    return "、".join(request.localizer.translate(FIELDS.get(name, name)) for name in changed)


def _role(request: Request, payload: Mapping[str, Any]) -> str:
    return role_title(request, payload["role"]) if payload.get("role") in set(Role) else ""


def _kind(request: Request, payload: Mapping[str, Any]) -> str:
    kind = KINDS.get(payload.get("kind", ""))
    return "" if kind is None else kind.en if request.language.code == "en" else kind.zh


def _level(request: Request, payload: Mapping[str, Any]) -> str:
    return request.localizer.translate(LEVELS.get(str(payload.get("after", "")), ""))


def _decision(request: Request, payload: Mapping[str, Any]) -> str:
    return request.localizer.translate(DECISIONS.get(payload.get("decision", ""), ""))


def _name(request: Request, payload: Mapping[str, Any]) -> str:
    after = payload.get("after")
    return str(payload.get("name") or (after.get("name") if isinstance(after, dict) else "") or "")


def _dateless(name: str) -> Callable[[Request, Mapping[str, Any]], str]:
    """A due date that there was not, or is not any more."""
    return lambda request, payload: request.localizer.translate(_("没有期限")) \
        if name in payload and payload[name] is None else ""


_SHOWN: dict[str, Callable[[Request, Mapping[str, Any]], str]] = {
    "before": _dateless("before"), "after": _dateless("after"),
    "level": _level, "fields": _fields, "role": _role, "kind": _kind, "decision": _decision, "name": _name}


def role_title(request: Request, role: str) -> str:
    """The title of a role in the language of the page."""
    return ROLE_TITLES[Role(role)][request.language.code == "en"]


def action_choices(request: Request) -> list[tuple[str, str]]:
    """`(action, words)` of all that can be in the journal, for a filter; each title of a transition once."""
    say = request.localizer.translate
    english = request.language.code == "en"
    found = {name: say(words, mapping={}) for name, words in SENTENCES.items()}
    for workflow in workflows().values():
        for step in workflow.transitions:
            found.setdefault(f"{workflow.subject}.{step.name}", step.english if english else step.title)
    return [(name, _without_values(words)) for name, words in found.items()]


def _without_values(words: str) -> str:
    """`授予职责“${role}”` → `授予职责`; a sentence that begins with a value keeps its words, `…` for the values."""
    return words.partition("${")[0].rstrip("：“第，连续 ") or re.sub(r"\$\{\w+\}", "…", words)
