"""依申请公开 from the form to the status page, as a citizen without JavaScript sees it."""

from __future__ import annotations

import re

CITIZEN = {"name": "吴晓梅", "id_number": "110101199003070011", "phone": "138 0013 8000"}
WANTED = "2025年城关镇城乡低保资金发放情况"


def on(page, **values):
    """Fill the form of a page, and press 下一步."""
    form = page.forms["apply"]
    for name, value in values.items():
        form[name if name in form.fields else f"apply-{name}"] = value
    return form.submit("next")


def to_the_last_page(site, **person):
    page = on(site.get("/apply/new"), organ="QY-mzj", applicant_class="natural")
    return on(on(on(page, **(CITIZEN | person)), description=WANTED), way="portal")


def filed(site, **person):
    """The receipt page, and number and code as it shows them."""
    page = to_the_last_page(site, **person)
    page = page.forms["apply"].submit("next").follow()
    number, code = (each.text for each in page.html.select(".receipt-codes dd"))
    return page, number, code


def test_from_the_form_to_receipt_and_status(site):
    page, number, code = filed(site)
    assert re.fullmatch(r"QY-mzj-\d{4}-00001", number) and re.fullmatch(r"[A-Z0-9]{5}-[A-Z0-9]{5}", code)
    assert site.app.get("/apply/receipt/receipt.pdf").body.startswith(b"%PDF")
    assert "查看进度" in page.text


def look(site, number, code):
    form = site.get("/apply/status").forms[1]
    form["number"], form["code"] = number, code
    return form.submit()


def test_number_and_code_open_the_status_page_and_a_wrong_code_tells_nothing(site):
    _page, number, code = filed(site)
    site.app.reset()
    wrong = [look(site, number, "ABCDE-FGHJK"), look(site, "QY-mzj-2026-09999", code)]
    assert {page.status_int for page in wrong} == {200}
    assert len({re.sub(r'value="[^"]*"', "", page.text) for page in wrong}) == 1 and WANTED not in wrong[0].text
    status = look(site, number, code.lower().replace("-", " ")).follow()
    assert WANTED in status.text and "吴*梅" in status.text and CITIZEN["name"] not in status.text
    assert len(status.html.select(".days li")) == 20 and status.html.select(".calendar .due")
    letter = status.click(href=r"/letter/\d+$")
    assert number in letter.text
    assert site.app.get(f"{letter.request.path}.pdf").body.startswith(b"%PDF")
    site.app.reset()
    assert site.app.get(letter.request.path).status_int == 303
