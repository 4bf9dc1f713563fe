"""The last look: settled values in any notation, secrecy marks, keys that cannot be tried out, check digits."""

import pytest

from content.privacy import looks_secret, residual, scan_text, value_key
from content.privacy.checks import id_valid, luhn_valid, uscc_check_char, uscc_valid
from tests.content.privacy.made import bank_card, id_number

ID = id_number()


@pytest.mark.parametrize(
    "rendition",
    [ID, " ".join(ID), f"<p>{ID[:4]}<b>{ID[4:]}</b></p>", "".join(f"&#{ord(char)};" for char in ID),
     "".join(f"%{ord(char):02X}" for char in ID), "\u200b".join(ID), f'<img alt="{ID}">', f"<!--{ID}-->"],
)
def test_a_settled_value_is_seen_in_any_notation(rendition):
    assert residual(rendition, [ID, "13812345678"]) == [ID]


def test_masked_and_partly_masked_values_are_gone():
    assert residual(f"<p>{ID[:6]}********{ID[-4:]}，{'*' * 11}</p>", [ID, "13812345678"]) == []


def test_a_short_value_counts_only_by_itself():
    assert residual("QQ 123456", ["123456"]) == ["123456"]
    assert residual("编号 91234567", ["123456"]) == []


@pytest.mark.parametrize("text", ["绝密★启用前", "机密★10年", "秘密★1年", "密级：秘密",
                                  "标题\n机密\n正文", "保密期限：5年"])
def test_secrecy_marks(text):
    assert looks_secret(text)


def test_talk_about_secrets_is_no_mark():
    assert looks_secret("不得公开涉及国家秘密、商业秘密的信息；绝密级文件按规定保管。") == []


def test_value_key_depends_on_secret_kind_and_normal_form_only():
    one, two = scan_text(f"身份证{ID}"), scan_text("身份证 " + " ".join(ID))
    assert value_key(b"a", one[0]) == value_key(b"a", two[0]) != value_key(b"b", one[0])
    assert ID not in value_key(b"a", one[0])


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "110101199003070011", "34052419800101001X", "530102192005080013",
               "810000199001010019",
               "830000199001010012", "440524188001010014"],
)
def test_identity_vectors(number):
    assert id_valid(number)
    assert not id_valid(number[:17] + ("1" if number[17] != "1" else "2"))


def test_card_vectors():
    assert luhn_valid("6222020200000000006") and luhn_valid("6217000000000000004") and luhn_valid(bank_card())
    assert not luhn_valid("6222020200000000007")


def test_credit_codes_are_no_identity_numbers():
    code = "91410399MA0000001"
    code += uscc_check_char(code)
    assert uscc_valid(code) and scan_text(f"统一社会信用代码：{code}") == []
