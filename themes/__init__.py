"""How the portal looks: templates, styles, scripts, icons and translations; imports nothing of ours.

A theme is a folder here with `templates/`, `static/` or `icons/` in it. What a theme lacks is taken from
`default`, so a variant holds only the files that differ.

How to write a page
-------------------
A view names its template by its path below `templates/`: `renderer="public/column.pt"`. The template fills
the slots of one of two layouts, `layout` (citizens) or `desk` (工作台):

    <metal:page use-macro="layout" i18n:domain="gongkai">
      <metal:main fill-slot="main">
        <div class="container">
          <tal:crumbs metal:use-macro="macros['breadcrumb']"/>
          <h1>${column.name}</h1> …
        </div>
      </metal:main>
    </metal:page>

Slots of `layout`: `head` (further tags), `masthead_search` (fill with nothing on the home page), `main`,
`scripts`. Slots of `desk`: `head`, `main`, `scripts`; its `main` stands inside the shell and starts with
`.desk-head`.

Values a view may return for the layouts (all have defaults):
    title       for <title>; the site's name is added
    breadcrumb  [(title, url), …]; 首页 is added before; an empty url is the present page
    page_tags   [(name, content), …]: `portal.site_tags.column_tags(...) + article_tags(...)`
    feeds       [(title, url, media type), …] for <link rel="alternate">
    query       what stands in the search box

Values that are always there (portal/rendering.py): request, site, site_title, nav, desk_nav, identity, locale ("zh" or
"en"), lang, content_lang (lang of texts that stay Chinese, None on Chinese pages), today, asset(path),
icon(name), t(text) and _(literal, **values), format_date(d), short_date(d), format_datetime(d), macros,
layout, desk, other_language (code, name, url), variant_url(code), report_url, flashes().

`frame(name, **values)` is the markup of `frame/<name>.pt`, which is filled once for each language and site and then put
in as it is. Such a part sees these values and those that are the same for every page (site, locale, lang, asset, icon,
t, _, macros, frame), and nothing of the request or the view. What differs from page to page is a gap of it:
`frame(name, {"report": url})` is filled once with a mark where the part puts `report`, and in each page with its value;
a gap is put into attributes and texts, and never asked about.

Macros: define the variables, then use the macro, on one element:

    <tal:x tal:define="documents items" metal:use-macro="macros['documents']"/>

    breadcrumb   (breadcrumb)
    documents    documents: each with url, title, date; may have pinned, notes [text, …],
                 status (kind, words); level: "h2" or "h3", default "h2"
    pagination   pages: a portal.paging.Pagination
    status       kind: ok warn late info idle stop; words; badge: True for a boxed one
    alert        kind: info ok warn late stop; heading; body (text); slot `body` for markup
    empty        heading; body; slot `body`
    facts        facts: [(label, value), …]
    panel        heading; slot `body`
    search       id, query, large: the search box (GET /search?q=)
    flashes      what was said by request.session.flash((kind, words)), used by the layouts
    editor       scripts of pages with a rich-text field, for the slot `scripts`

Navigation comes from request.nav ([portal.rendering.NavEntry, …]) and request.desk_nav ([(heading,
[NavEntry, …]), …]); identity has `name` and `unit` (the department's name or "").

Forms: `portal.forms.SchemaForm`; in the page `<tal:form replace="structure form"/>`.

Rules: no inline script, style or handler anywhere (a test walks over all templates); every user-visible
literal is translated: `i18n:translate=""`, `i18n:attributes="title"` or `${_('…')}`, the msgid being the
Chinese text, inside an element with `i18n:domain="gongkai"`. English goes into `locale/en/gongkai/*.po`, a file
for each room (public.po, desk.po …); `python -m themes.locale` says what is missing and compiles. Icons are
files in `icons/`, used as `${icon('search')}`. Classes are those of `static/site.css`, `pages.css` and `desk.css`.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
PARTS = ("templates", "static", "icons")


def names() -> tuple[str, ...]:
    """The themes that are here, `default` among them."""
    here = (folder for folder in HERE.iterdir() if any((folder / part).is_dir() for part in PARTS))
    return tuple(sorted(folder.name for folder in here))


def folders(theme: str, part: str) -> tuple[Path, ...]:
    """Where a theme's part ("templates", "static", "icons") is looked for, the theme itself first.

    Raises LookupError, in Chinese, for a theme that is not here.
    """
    if theme not in names():
        raise LookupError(f"没有名为“{theme}”的主题；可用的有：{'、'.join(names())}")
    chain = dict.fromkeys((theme, "default"))
    return tuple(folder for name in chain if (folder := HERE / name / part).is_dir())
