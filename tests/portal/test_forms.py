"""Forms keep what was typed, say what is wrong where it is wrong, and need no script."""

import colander
import deform
import pytest
from deform import widget as w
from lxml import html
from small_app import configurator
from webtest import TestApp

import themes
from portal.forms import SchemaForm
from portal.i18n import _

SUMMARY_LINKS = "//div[@class='error-summary']//a"
CHOICES = [("now", "签发后立即"), ("later", "定时")]


class Person(colander.Schema):
    name = colander.SchemaNode(colander.String(), title="姓名")
    phone = colander.SchemaNode(colander.String(), title="电话", missing="")


class People(colander.SequenceSchema):
    person = Person(title="联系人")


class Words(colander.SequenceSchema):
    word = colander.SchemaNode(colander.String(), title="关键词")


class Official(colander.Schema):
    number = colander.SchemaNode(colander.String(), title="文号", description="例如 清政办〔2026〕12号")


class Everything(colander.Schema):
    title = colander.SchemaNode(colander.String(), title="标题", description="不超过5个字。",
                                validator=colander.Length(max=5))
    kind = colander.SchemaNode(colander.String(), title="种类", missing="", widget=w.SelectWidget(
        values=[("", "请选择"), w.OptGroup("公文", ("tz", "通知"), ("gg", "公告"))]))
    more = colander.SchemaNode(colander.Set(), title="部门", missing=(),
                               widget=w.SelectWidget(values=[("1", "民政局"), ("2", "财政局")], multiple=True))
    how = colander.SchemaNode(colander.String(), title="怎么公开", widget=w.RadioChoiceWidget(values=CHOICES))
    also = colander.SchemaNode(colander.Set(), title="同时列入", missing=(),
                               widget=w.CheckboxChoiceWidget(values=[("1", "社会救助"), ("2", "养老服务")]))
    pinned = colander.SchemaNode(colander.Boolean(), title="置顶", missing=False)
    formed = colander.SchemaNode(colander.Date(), title="成文日期", missing=None, widget=w.DateInputWidget())
    at = colander.SchemaNode(colander.DateTime(), title="公开时间", missing=None, widget=w.DateTimeInputWidget())
    official = Official(title="公文信息")
    people = People(title="联系人名单")
    words = Words(title="关键词表", widget=w.SequenceWidget(min_len=1, max_len=3))
    note = colander.SchemaNode(colander.String(), title="备注", missing="", widget=w.TextAreaWidget(rows=3))
    body = colander.SchemaNode(colander.String(), title="正文", missing="", widget=w.RichTextWidget())
    secret = colander.SchemaNode(colander.String(), title="口令", missing="", widget=w.PasswordWidget())
    hidden = colander.SchemaNode(colander.String(), missing="7", default="7", widget=w.HiddenWidget())


BUTTONS = [deform.Button("save", _("保存")), deform.Button("back", "返回", type="link", value="/desk")]


def form_view(schema, taken, **options):
    def view(request):
        form = SchemaForm(request, schema, BUTTONS, **options)
        if request.method == "GET":
            return str(form.render())
        try:
            taken.append(form.validate(request.POST))
        except deform.ValidationFailure as failure:
            return str(failure.render())
        return "taken"

    return view


def client(schema=Everything, language="zh", **options):
    config, taken = configurator(), []
    config.add_route("form", "/form")
    config.add_view(form_view(schema, taken, **options), route_name="form", renderer="string")
    test = TestApp(config.make_wsgi_app())
    test.set_cookie("lang", language)
    test.taken = taken
    return test


def fill(page):
    form = page.forms["form"]
    form["title"], form["number"], form["form-how"] = "救助", "清政办〔2026〕12号", "later"
    form.fields["word"][0].value = "低保"
    return form


def test_a_filled_form_gives_its_values():
    test = client()
    form = fill(parse(test.get("/form")))
    form["pinned"], form["kind"], form["note"] = True, "gg", "一行\n两行"
    form.fields["checkbox"][1].checked = True
    form["more"] = ["2"]
    form.set("date", "2026-11-01", 0)
    form.set("date", "2026-12-01", 1)
    form["time"] = "09:30"
    assert form.submit("save").text == "taken"
    values = test.taken[0]
    assert values["title"] == "救助" and values["how"] == "later" and values["pinned"] is True
    assert values["kind"] == "gg" and values["also"] == {"2"} and values["more"] == {"2"}
    assert values["formed"].isoformat() == "2026-11-01" and values["at"].isoformat().startswith("2026-12-01T09:30")
    assert values["official"] == {"number": "清政办〔2026〕12号"} and values["words"] == ["低保"]
    assert values["note"].split() == ["一行", "两行"] and values["hidden"] == "7" and values["people"] == []


def parse(response):
    """The answer as WebTest wants it for its forms, whatever its content type."""
    response.content_type = "text/html"
    return response


def test_errors_are_listed_above_and_said_at_the_field():
    test = client()
    form = fill(parse(test.get("/form")))
    form["title"], form["number"], form["note"] = "太长的一个标题", "", "<b>留着</b>"
    tree = html.fromstring(parse(form.submit("save")).text)
    links = {link.get("href"): link.text_content() for link in tree.xpath(SUMMARY_LINKS)}
    assert set(links) == {"#form-title", "#form-official-number"}
    assert links["#form-title"] == "标题：太长了，最多5个字"
    for anchor in links:
        field = tree.get_element_by_id(anchor[1:])
        assert field.get("aria-invalid") == "true"
        texts = [tree.get_element_by_id(name).text_content() for name in field.get("aria-describedby").split()]
        assert len(texts) == 2 and "错误：" in texts[1]
    assert tree.get_element_by_id("form-title").get("value") == "太长的一个标题"
    assert tree.get_element_by_id("form-note").text == "<b>留着</b>"
    assert tree.xpath("//input[@type='radio' and @checked]/@value") == ["later"]
    assert test.taken == []


def test_every_input_has_a_name_that_is_heard():
    tree = html.fromstring(client().get("/form").text)
    labelled = set(tree.xpath("//label/@for"))
    inputs = tree.xpath("//form//input[not(@type='hidden')] | //form//select | //form//textarea")
    assert len(inputs) > 15
    for field in inputs:
        assert field.get("id") in labelled, field.get("name")
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for group in tree.xpath("//fieldset"):
        assert group.xpath("./legend")[0].text_content().strip()
    for described in tree.xpath("//@aria-describedby"):
        assert set(described.split()) <= set(ids)


def test_rows_are_added_and_removed_without_script():
    test = client()
    form = fill(parse(test.get("/form")))
    form["title"] = ""  # nothing is validated meanwhile
    page = parse(form.submit("add_item", index=0))
    assert "error-summary" not in page and 'value="低保"' in page
    form = page.forms["form"]
    form["name"] = "张丽"
    form = parse(form.submit("add_item", index=0)).forms["form"]
    form.fields["name"][1].value = "周敏"
    form = parse(form.submit("remove_item", index=0)).forms["form"]
    assert [field.value for field in form.fields["name"]] == ["周敏"]
    form["title"] = "救助"
    assert form.submit("save").text == "taken"
    assert test.taken[0]["people"] == [{"name": "周敏", "phone": ""}]


def test_bounds_of_a_sequence_hide_its_buttons():
    test = client()
    page = parse(test.get("/form"))
    assert 'name="remove_item"' not in page  # min_len=1
    for _number in range(2):
        page = parse(page.forms["form"].submit("add_item", index=1))
    assert page.text.count('name="word"') == 3 and 'name="add_item" value="words"' not in page


def test_errors_in_rows_are_linked_to_the_row():
    test = client()
    form = fill(parse(parse(test.get("/form")).forms["form"].submit("add_item", index=0)))
    tree = html.fromstring(parse(form.submit("save")).text)
    anchor = tree.xpath(SUMMARY_LINKS)[0].get("href")[1:]
    assert tree.get_element_by_id(anchor).get("name") == "name"


@pytest.mark.parametrize("value", ["people", "people:9", "people:x", "people:²", "nowhere:0", "title:0",
                                   "official.number:0", ":", ""])
def test_forged_row_buttons_do_no_harm(value):
    test = client()
    form = fill(parse(test.get("/form")))
    fields = form.submit_fields()
    for name in ("add_item", "remove_item"):
        page = test.post("/form", [*fields, (name, value)])
        assert 'value="救助"' in page
    assert test.taken == []


def test_enter_in_a_field_saves_and_removes_no_row():
    tree = html.fromstring(client().get("/form").text)
    assert tree.xpath("//form//button[@type='submit']/@name")[0] == "save"


def test_a_form_without_token_is_refused():
    test = client()
    fields = [pair for pair in fill(parse(test.get("/form"))).submit_fields("save") if pair[0] != "csrf_token"]
    test.post("/form", fields, status=400)
    assert test.taken == []


def test_english():
    tree = html.fromstring(client(language="en").get("/form").text)
    assert "(optional)" in tree.text_content() and "选填" not in tree.text_content()


def test_message_of_the_whole_form_is_in_the_summary():
    def both(node, value):
        raise colander.Invalid(node, "两处只能填一处")

    class Pair(colander.Schema):
        a = colander.SchemaNode(colander.String(), title="甲", missing="")

    test = client(Pair(validator=both))
    page = parse(parse(test.get("/form")).forms["form"].submit("save"))
    assert "<li><b>两处只能填一处</b></li>" in page


def test_password_twice_and_upload():
    class Account(colander.Schema):
        password = colander.SchemaNode(colander.String(), title="新密码", widget=w.CheckedPasswordWidget())
        file = colander.SchemaNode(deform.FileData(), title="附件", missing=None,
                                   widget=w.FileUploadWidget(Store(), accept=".csv"))

    test = client(Account())
    page = parse(test.get("/form"))
    assert 'enctype="multipart/form-data"' in page and 'accept=".csv"' in page
    form = page.forms["form"]
    form["password"], form["password-confirm"] = "one", "two"
    page = parse(form.submit("save"))
    assert "两次写的密码不一样" in page and 'value="one"' not in page
    form = page.forms["form"]
    form["password"] = form["password-confirm"] = "same"
    form["upload"] = ("a.csv", b"x")
    assert form.submit("save").text == "taken"
    assert test.taken[0]["password"] == "same" and test.taken[0]["file"]["filename"] == "a.csv"


class Store(dict):
    def preview_url(self, uid):
        return None


def test_autosave_address_and_bindings():
    @colander.deferred
    def bound(node, kw):
        return kw["limit"]

    class Limited(colander.Schema):
        a = colander.SchemaNode(colander.String(), title="甲", description=bound)

    page = client(Limited, autosave="/desk/1/autosave", limit="最多三行").get("/form").text
    assert 'data-autosave-url="/desk/1/autosave"' in page and "最多三行" in page
    assert 'data-autosave-url' not in client(Limited, limit="").get("/form").text


def test_read_only_form_shows_words_and_no_inputs():
    config = configurator()
    config.add_route("form", "/form")

    def view(request):
        values = {"title": "救<助>", "how": "later", "pinned": True, "kind": "gg", "also": {"2"}, "words": ["低保"],
                  "official": {"number": "12号"}, "people": [], "note": "一\n二"}
        form = SchemaForm(request, Everything).form
        form["body"].widget.hidden = True
        return str(form.render(values, readonly=True))

    config.add_view(view, route_name="form", renderer="string")
    page = TestApp(config.make_wsgi_app()).get("/form").text
    assert "<input" not in page and "<select" not in page
    for words in ("救&lt;助&gt;", "定时", "公告", "养老服务", "12号", "低保", "是"):
        assert words in page


def test_a_widget_without_template_fails_at_once():
    class Fancy(colander.Schema):
        a = colander.SchemaNode(colander.String(), widget=w.AutocompleteInputWidget(values=["x"]))

    with pytest.raises(ValueError, match="autocomplete_input"):
        client(Fancy).get("/form")


def test_no_template_of_a_form_needs_a_script():
    for path in (themes.HERE / "default/templates/deform").rglob("*.pt"):
        assert "<script" not in path.read_text("utf-8")
