"""Charts of supervision: drawn under the strict policy beside their tables; without scripts the tables are there."""

import axe
import pytest

pytestmark = pytest.mark.browser
URL = "/desk/supervision"
CHARTS = ("matrix", "columns", "forecast", "trend", "comparison", "scores")
PHONE = {"viewport": {"width": 390, "height": 844}}
INKED = """canvas => {
    const seen = new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data);
    return seen.size > 8;
}"""


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_charts_are_drawn_and_keep_their_tables(people, options):
    window = people.officer("zhengguodong", **options)
    for name in CHARTS:
        window.goto(f"{URL}/{name}")
        chart = window.locator("[data-drawn]")
        chart.wait_for()
        assert chart.locator("canvas").first.evaluate(INKED), name
        assert chart.get_attribute("aria-label") and window.locator("main table").count()
        assert window.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        assert axe.barriers(window, [window.viewport_size]) == [], name


def test_a_cell_of_the_matrix_leads_to_its_columns_by_keys_and_by_mouse(people):
    window = people.officer("zhengguodong")
    window.goto(f"{URL}/matrix")
    window.locator("[data-drawn]").wait_for()
    window.locator("summary").press("Enter")
    window.locator("td.w a").last.press("Enter")
    window.wait_for_url("**/matrix/*/*")
    window.get_by_role("link", name="回到部门矩阵").click()
    window.locator("[data-drawn]").click(position={"x": 500, "y": 40})
    window.wait_for_url("**/matrix/*/*")
    window.locator("main tbody a").first.click()
    window.locator("[data-drawn]").wait_for()
    assert axe.barriers(window) == []


def test_without_scripts_there_are_the_tables(people):
    window = people.officer("zhengguodong", java_script_enabled=False)
    for name in CHARTS:
        window.goto(f"{URL}/{name}")
        assert window.locator("main table").first.is_visible(), name
        assert window.locator("[data-chart]").is_hidden(), name
