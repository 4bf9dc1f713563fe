"""Hostile markup: no digit of a masked value comes back once sanitised, nothing acts, and time stays bounded."""

import re
import time
import unicodedata
from html import unescape
from urllib.parse import quote, unquote

import pytest
from lxml.html import fromstring

from content.privacy import Decision, plain_text, rewrite_html, sanitise_html, scan_html, scan_text
from tests.content.privacy.made import id_number

MOBILE, ID = "13812345678", id_number()
JOINERS = [
    "<x-y>", "<section>", "</div>", "<label>", "<input>", "<object>", "<!-->", "<!--->", "<!-- --!>", "<!-- > -->",
    "</ x>", "</>", "</1>", "<?x?>", "<!x>", "<![CDATA[x]]>", "<script>9</script>", "<style>9</style>",
    "<template><b>7</b></template>", "<title>9</title>", '<b title=">">', '<b title="<">', "<b x=a\"b>",
    '<b x="a>b<c">', "<b <i>", "<svg>", "<math>", "<rt>", "<font>", "<noscript>", "<textarea>", "<select>",
    "<o:p></o:p>", "<!--[if x]>9<![endif]-->", "<wbr>", "&shy;", "&ZeroWidthSpace;", "&Tab;", "&#0;", "&#0000000173;",
    "\x00", "\ufeff",
    "&lt;b&gt;", "&amp;nbsp;", "\\u200b", "\\x20", "\u2800", "\u180e",
]
NOTATIONS = {
    "long entities": lambda value: "".join(f"&#{ord(char):010d};" for char in value),
    "entities twice": lambda value: "".join(f"&amp;#{ord(char)};" for char in value),
    "url of entities": lambda value: quote("".join(f"&#{ord(char)};" for char in value)),
    "entities of url": lambda value: "".join(f"&#37;{ord(char):02X}" for char in value),
    "hex escapes": lambda value: "".join(f"\\x{ord(char):02x}" for char in value),
    "braced escapes": lambda value: "".join(f"\\u{{{ord(char):x}}}" for char in value),
    "tags in a value": lambda value: "".join(f"<b>{char}</b>" for char in value),
}
PLACES = [
    "<p>手机身份证：{}</p>", '<a href="/q?id={}">x</a>', '<img alt="{}" src="/a.png">', '<p title="a<b {}">x</p>',
    '<p x=a"b>{}">x</p>', "<!--><p>{}</p>-->", "<!--x--!><p>{}</p>-->", "<svg><![CDATA[{}]]></svg>",
    "<noscript><p title=\"</noscript>{}\">", "<textarea>{}</textarea>", '<iframe srcdoc="{}"></iframe>',
]
ACTING = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<a href="jav&#x09;ascript:alert(1)">x</a>',
    '<a href="data:text/html,x">x</a>', "<svg onload=alert(1)>", '<p style="background:url(javascript:1)">x</p>',
    '<meta http-equiv=refresh content="0;url=//e">', "<form action=//e><input name=p></form>",
    '<iframe srcdoc="<script>1</script>"></iframe>', "<base href=//e>",
    '<img src="/\\e.cn/x.png">', '<img src="//e/x">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">', "<svg></p><style><a id=\"</style><img src=1 "
    "onerror=alert(1)>\">", '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 '
    'onerror=alert(1)&gt;">',
]
ACTS = re.compile(
    r"<(?:script|style|iframe|object|form|input|meta|base|svg|math|noscript)|<[^>]*\s(?:on\w+|style|srcdoc|action)\s*=|"
    r"(?:href|src)=\"(?:java|data|//|[^\"]*\\)", re.IGNORECASE,
)
LONG = ["<div>", "&", "<a ", '<a x="', "<!--", "1\t", "<td>1", "<table><tr><td>", '<td rowspan=100 colspan=100>1',
        "姓名\n", "姓名|电话\n", "身份证", "一 ", "1,", "\\x31", "<x>1</x>", "地址", "&#49;"]


def published(html: str) -> str:
    return sanitise_html(rewrite_html(html, lambda finding: Decision.mask))


def forms(html: str) -> list[str]:
    """What a reader could make of it: shown text, attributes and source, with escapes resolved."""
    tree = fromstring(f"<div>{html}</div>")
    found = [html, tree.text_content(), *(value for each in tree.iter() for value in each.attrib.values())]
    for _ in range(3):
        found += [re.sub(r"<[^>]*>", "", unescape(each)) for each in found] + [unquote(each) for each in found]
        found = list(dict.fromkeys(found))
    return found


def shows(html: str, value: str) -> bool:
    return any(value in re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", each)) for each in forms(html))


@pytest.mark.parametrize("joiner", JOINERS)
@pytest.mark.parametrize("value", [MOBILE, ID])
def test_a_number_parted_by_markup_stays_hidden(joiner, value):
    html = f"<p>手机、身份证：{value[:6]}{joiner}{value[6:]}</p>"
    assert not shows(published(html), value)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("place", PLACES)
def test_a_number_escaped_twice_stays_hidden(notation, place):
    for value in (MOBILE, ID):
        out = published(place.format(NOTATIONS[notation](value)))
        assert not out or not shows(out, value)


@pytest.mark.parametrize("html", ACTING)
def test_nothing_acts_after_masking(html):
    out = published(f"<p>手机{MOBILE}</p>{html}")
    assert not ACTS.search(out) and MOBILE not in out
    assert sanitise_html(out) == out


@pytest.mark.parametrize("part", LONG)
def test_time_grows_with_the_length_only(part):
    text = part * (60_000 // len(part))
    start = time.process_time()
    scan_text(text)
    scan_html(text)
    sanitise_html(text)
    plain_text(text)
    assert time.process_time() - start < 8


def test_deep_nesting_keeps_the_words():
    assert "手机" in plain_text("<div>" * 3000 + "手机" + "</div>" * 3000)
