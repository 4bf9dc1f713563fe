"""Names are found by the first letter of their pinyin."""

import pytest

from portal.public._initials import OTHER, initial

pytestmark = pytest.mark.nodatabase


@pytest.mark.parametrize(("name", "letter"), [
    ("安全生产", "A"), ("部门预算", "B"), ("财政", "C"), ("低保", "D"), ("法规", "F"), ("公开指南", "G"), ("环境", "H"),
    ("机构", "J"), ("科技", "K"), ("领导", "L"), ("民生", "M"), ("农业", "N"), ("旗", "Q"), ("人事", "R"),
    ("社会救助", "S"), ("通知公告", "T"), ("文件", "W"), ("县长信箱", "X"), ("压", "Y"), ("养老", "Y"), ("政策", "Z"),
    ("座谈", "Z"), ("english", "E"), ("2026年", OTHER), ("", OTHER), ("亍", OTHER), ("㐀", OTHER)])
def test_initial(name, letter):
    assert initial(name) == letter
