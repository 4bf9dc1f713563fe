"""The citizens' pages, walked as a citizen: what they say, and that they stand whatever is asked of them."""

from __future__ import annotations

import pytest

PAGES = ("/", "/tzgg/", "/zwgk/", "/sitemap", "/catalogue", "/departments", "/feeds", "/search", "/report-error")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_stands_in_both_languages_empty_and_filled(site, language):
    site.app.set_cookie("lang", language)
    for filled in (False, True):
        url = site.publish() if filled else "/"
        site.index()
        for page in (*PAGES, url):
            text = site.get(page).text
            assert ("跳到正文" in text) == (language == "zh"), page
