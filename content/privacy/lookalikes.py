"""Which numbers only look personal: codes, document numbers, amounts, hot lines, accounts and phones of organs.

The words come from domain practice (发文字号, 项目代码, 统一社会信用代码, 对公账户 …); publishing office contacts is
a duty under the Regulation, Art. 12 and 20(2).
"""

import re

_OTHER_LABEL = re.compile(
    r"(?:信用代码|机构代码|识别号|税号|项目代码|项目编[码号]|代码|编号|编码|文号|字号|案号|许可证|许可证号|登记号|"
    r"注册号|注册证|证书号|决定书|索引号|"
    r"合同|发票|票据|单号|批次|批号|批准文号|条码|备案号?|备案|标准号|专利号?|isbn|issn|流水号|受理号|回执号?|"
    r"订单号?|宗地|单元号|图号|"
    r"准考证号?|考号|报名号|邮编|邮政编码|群号|qq群|公告号|公示编号|公司|超市|产权证|房权证|不动产权|林权证|土地证|"
    r"设备号|型号|序列号|"
    r"工单号?|办件号?|事项|价格?|金额|收入|支出|面积|资金|经费|票面|标的|学号|警号|工号|执法证号?|资格证号?|"
    r"职称证号?|credit code|serial|"
    r"invoice|order|contract|doc(?:ument)?|case|project|file)"
    r"(?:号码?|编号|编码| ?no\.?| ?number)?[\s:\"'为是=#第(]{0,4}(?:[a-z]{1,8}[-_]?)?$"
)
_AFTER_AMOUNT = re.compile(
    r"[^\S\n\t]?(?:\.\d+)?[^\S\n\t]?(?:元|万|亿|千克|公斤|吨|平方|㎡|m2|亩|公顷|公里|千米|立方|千瓦|人次|人|户|件|项|%|册|万元|"
    r"岁|年|号文)"
)
_MONEY_BEFORE = re.compile(r"(?:[¥￥$]|rmb|cny|人民币)\s?$")
_SERIAL_BEFORE = re.compile(r"(?:第|字第|〔\d{4}〕|\[\d{4}\])\s?$")

_OFFICE = (
    r"办公|监督|(?:举报|投诉|咨询|报名|信访|报修|预约|报警)(?!人|者|群众)|值班|传真|服务|热线|受理|窗口|单位|客服|"
    r"总机|查询|政务|纪检|抢修|救援|接待|"
    r"office|hotline|fax|inquir|enquir|complaint|supervis|service|switchboard|reception"
)
_OFFICE_LABEL = re.compile(
    rf"(?:{_OFFICE})[^,。;\n\d:]{{0,8}}(?:电话|手机|号码|热线|联系方式|tel(?:ephone)?|phone|line|number|no\.?)?"
    r"(?:号码?)?(?:\([^()\n]{0,16}\))?[\s:\"'为是=]{0,4}(?:\+?86[- ]?)?(?:\d[\d()\-/、, ]{4,30}[、/,]\s?)?$"
)
_OFFICE_AFTER = re.compile(
    r"\s?[(\[](?:[^()\n]{0,12}(?:办公|值班|办|局|科|股|室|所|中心|大厅|窗口|委|镇|乡|政府|单位|热线)[^()\n]{0,6})[)\]]"
)
ORGAN = re.compile(
    r"公司|集团|中心|财政|国库|税务|局|委员会|管委会|政府|办公室|街道办|医院|学校|幼儿园|银行业|合作社|协会|学会|"
    r"基金会|商会|超市|商行|酒店|宾馆|饭店|面馆|商店|门店|药店|旅馆|网吧|餐厅|"
    r"经营部|厂|企业|单位|机关|村委会|居委会|支队|大队|法院|检察院|社会团体|部门|院|所(?!有)|红十字|慈善|总会|"
    r"联合会|工会|商协会|村委|居委|教会"
)
PUBLIC_ACCOUNT = re.compile(
    r"对公|公户|基本户|基本存款|专户|财政|国库|保证金|非税|缴款|缴费|单位账|单位银行|募捐|捐赠|捐款|收款单位|招标|"
    r"投标|履约|监管账|共管账|"
    r"工会经费|党费|代收"
)


def other_number(low: str, start: int, end: int) -> bool:
    """Whether the words right before or after the slice of lower-case text name another kind of number."""
    before = low[max(0, start - 26):start]
    if _MONEY_BEFORE.search(before) or _SERIAL_BEFORE.search(before) or _AFTER_AMOUNT.match(low[end:end + 8]):
        return True
    return bool(_OTHER_LABEL.search(before))


def office_before(before: str) -> bool:
    """Whether the text before a number ends with the label of an office contact."""
    return bool(_OFFICE_LABEL.search(before))


def office_after(after: str) -> bool:
    """Whether a bracket after a number names an office."""
    return bool(_OFFICE_AFTER.match(after))
