"""HTML: findings in text, tables and attributes; cut out, marked, sanitised, with all the rest as it was."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.privacy import (
    Decision,
    annotate_html,
    has_embedded_pictures,
    mask_names_html,
    mask_names_text,
    name_mask,
    plain_text,
    rewrite_html,
    sanitise_html,
    scan_html,
)
from tests.content.privacy.made import bank_card, id_number

ID = id_number()
MOBILE = "13812345678"


def mask_all(finding):
    return Decision.mask


@pytest.mark.parametrize(
    "html, where",
    [
        (f'<img alt="张三{ID}" src="a.png">', "img alt"),
        (f'<a href="/a?id={"".join(f"%{ord(char):02X}" for char in ID)}">x</a>', "a href"),
        (f'<p title="身份证{ID}">x</p>', "p title"),
        (f"<p data-id-card={ID}>x</p>", "p data-id-card"),
        (f"<p aria-label='{ID}'>x</p>", "p aria-label"),
        (f"<!-- {ID} -->", "comment"),
        (f"<p>{ID[:5]}<b>{ID[5:9]}</b><!-- x -->{ID[9:]}</p>", "text"),
    ],
)
def test_found_wherever_it_hides_and_cut_out(html, where):
    assert [(each.normal, each.where) for each in scan_html(html)] == [(ID, where)]
    assert scan_html(rewrite_html(html, mask_all)) == []
    assert not re.search(r"\d", rewrite_html(html, lambda finding: Decision.delete).replace("%", ""))


def test_tel_and_mailto_links():
    html = f'<a href="tel:{MOBILE}">a</a><a href="mailto:wang@163.com">b</a>'
    assert [each.kind for each in scan_html(html)] == ["MOBILE", "EMAIL"]


def test_tables_are_read_by_their_headers_across_spans():
    html = (
        "<table>\n<thead><tr><th rowspan='2'>姓名</th><th colspan='2'>联系方式</th><th rowspan='2'>银行账号</th></tr>"
        "<tr><th>手机</th><th>住宅</th></tr></thead>\n<tbody><tr><td>张三</td><td>13812345678</td><td>66123456</td>"
        "<td>00112233445566</td></tr></tbody></table>"
    )
    assert [each.kind for each in scan_html(html)] == ["MOBILE", "HOME_PHONE", "BANK_CARD"]


def test_office_tables_stay():
    html = "<table><tr><th>单位</th><th>联系电话</th></tr><tr><td>县教育局</td><td>0379-66211111</td></tr></table>"
    assert scan_html(html) == []


def test_decisions_are_taken_one_by_one():
    html = f"<p>身份证{ID}，手机{MOBILE}，卡号{bank_card()}</p>"
    decide = {"ID_CARD": Decision.delete, "MOBILE": Decision.keep, "BANK_CARD": Decision.mask}
    assert rewrite_html(html, lambda each: decide[each.kind]) == f"<p>身份证，手机{MOBILE}，卡号{'*' * 19}</p>"
    partly = rewrite_html(html, mask_all, {"ID_CARD": "partial"})
    assert f"{ID[:6]}********{ID[-4:]}" in partly and MOBILE not in partly


def test_marks_for_the_desk_keep_the_text_and_give_one_id():
    html = f'<p>手机<b>138</b>12345678<img alt="{MOBILE}"></p>'
    marked = annotate_html(html, lambda finding: finding.index)
    assert marked.count('id="finding-0"') == 1 and marked.count('data-finding="0"') == 2
    assert re.sub(r"</?mark[^>]*>", "", marked) == html


@settings(max_examples=150)
@given(st.text(alphabet="<>a&#;\"'=/!-1x \x00\x0b\n中td", max_size=60))
def test_any_input_is_taken_and_kept_as_it_is(html):
    assert rewrite_html(html, lambda finding: Decision.keep) == html
    assert annotate_html(html, lambda finding: None) == html
    plain_text(html)


def test_sanitising_keeps_structure_and_drops_what_acts():
    html = (
        '<h2 style="x" class="indent evil">标题</h2><script>alert(1)</script><table><caption>表</caption><tr>'
        '<th scope="col" colspan="2">头</th></tr></table><a href="javascript:x()">a</a><a href="https://a.cn/">b</a>'
        '<img src="data:image/png;base64,AA" onerror="x"><img src="/desk/file/7" alt="图" role="button">'
        '<img src="https://a.cn/desk/file/7"><img src="/desk/file/7/../../x" role="presentation">'
        '<iframe src="x"></iframe><!-- c -->'
    )
    clean = sanitise_html(html)
    assert '<h2 class="indent">标题</h2>' in clean and 'scope="col"' in clean and 'colspan="2"' in clean
    assert 'href="https://a.cn/" rel="noopener"' in clean and '<img src="/desk/file/7" alt="图">' in clean
    assert clean.count("<img") == 4 and clean.count("src=") == 1 and '<img role="presentation">' in clean
    assert not re.search(r"script|onerror|style|iframe|data:|<!--|evil", clean)
    assert sanitise_html(clean) == clean


def test_plain_text_knows_blocks_cells_and_entities():
    html = "<h1>公&nbsp;告</h1><p>甲<b>乙</b>&amp;丙</p>"
    html += "<table><tr><td>一</td><td>２</td></tr></table><script>x</script>"
    assert plain_text(html) == "公 告\n甲乙&丙\n一\t２"


@pytest.mark.parametrize("html", [
    '<img src="a.png">', "<svg></svg>", '<p style="background:url(a.png)">', "<object data=x></object>",
])
def test_pictures_are_noticed(html):
    assert has_embedded_pictures(html)
    assert not has_embedded_pictures("<p>一幅图片</p>")


@pytest.mark.parametrize(
    "name, masked", [("张三", "张*"), ("李小华", "李*华"), ("欧阳修", "欧阳*"), ("司马相如", "司马**"),
                     ("买买提·艾力", "买**·**")],
)
def test_names(name, masked):
    assert name_mask(name) == masked


def test_names_in_lists_by_choice():
    html = "<table><tr><th>姓名</th><th>村</th></tr><tr><td>欧阳小明</td><td>枣园村</td></tr></table><p>张三</p>"
    assert mask_names_html(html) == html.replace("欧阳小明", "欧阳**")
    assert mask_names_text("户主,村别,金额\n李小华,枣园村,100") == "户主,村别,金额\n李*华,枣园村,100"
