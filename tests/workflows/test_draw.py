"""Every workflow can be drawn: whole, well-formed, without two states at one place."""

import re
from xml.etree import ElementTree

import pytest

from workflows import draw
from workflows.engine import workflows

FLOWS = list(workflows().values())
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=FLOWS, ids=lambda flow: flow.name)
def flow(request):
    return request.param


def test_states_stand_apart_and_the_way_is_one_line(flow):
    boxes = draw.layout(flow)
    assert set(boxes) == set(flow.states)
    assert len({(box.x, box.y) for box in boxes.values()}) == len(boxes)
    way = [boxes[state.name] for state in flow.path()]
    assert len({box.x for box in way}) == 1 and [box.y for box in way] == sorted(box.y for box in way)


def test_every_step_is_an_arrow(flow):
    drawn = {(arrow.source, arrow.target) for arrow in draw.arrows(flow)}
    assert drawn == {(source, step.target) for step in flow.transitions for source in step.sources}
    picture = ElementTree.fromstring(draw.svg(flow))
    lines = [path for path in picture.iter(f"{SVG}path") if "marker-end" in path.attrib]
    assert len(lines) == sum(source != target for source, target in drawn)


@pytest.mark.parametrize("english", [False, True])
def test_the_picture_names_every_state_and_says_what_it_shows(flow, english):
    picture = ElementTree.fromstring(draw.svg(flow, english=english))
    words = {element.text for element in picture.iter(f"{SVG}text")}
    assert {state.english if english else state.title for state in flow.states.values()} <= words
    assert picture.find(f"{SVG}title").text and "→" in picture.find(f"{SVG}desc").text
    assert picture.attrib["role"] == "img"


def test_nothing_lies_outside_the_picture(flow):
    picture = ElementTree.fromstring(draw.svg(flow))
    width, height = (int(picture.attrib[name]) for name in ("width", "height"))
    for rect in picture.iter(f"{SVG}rect"):
        x, y, wide, high = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + wide <= width and y + high <= height
    for path in picture.iter(f"{SVG}path"):
        assert all(0 <= float(number) <= max(width, height) for number in re.findall(r"-?[\d.]+", path.attrib["d"]))


def test_no_style_that_a_strict_policy_forbids(flow):
    assert "style" not in draw.svg(flow) and "<script" not in draw.svg(flow)


def test_mermaid_has_every_step_with_who_may_take_it(flow):
    lines = draw.mermaid(flow).splitlines()
    assert lines[0] == "stateDiagram-v2" and f"    [*] --> {flow.initial}" in lines
    for step in flow.transitions:
        for source in step.sources:
            assert f"    {source} --> {step.target}: {step.title}（{draw.who(step)}）" in lines
