"""Workflow definitions as pictures: SVG for pages, Mermaid text for documents; laid out here, without any library.

The states of the ordinary way stand in one line from top to bottom, the others beside it, each level with the state
from which it is first reached. Steps along the way are straight; all others go round by lanes, those that lead up
dashed.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from content.people import ROLE_TITLES
from workflows.definition import State, Transition, Workflow

WIDTH, HEIGHT = 132, 44  # of a state
ROW, COLUMN = 88, 340  # from one state to the next
LEFT, TOP = 90, 16
STEP = 14  # between two lanes


@dataclass(frozen=True)
class Box:
    """Where a state stands; `x` and `y` are its upper left corner."""

    state: State
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.y + HEIGHT // 2


@dataclass(frozen=True)
class Arrow:
    """All steps from one state to another, drawn as one line with their titles beside it."""

    source: str
    target: str
    steps: tuple[Transition, ...]


def layout(workflow: Workflow) -> dict[str, Box]:
    """A place for every state: `{name: Box}`; no two at one place."""
    way = [state.name for state in workflow.path()]
    places = {name: (0, row) for row, name in enumerate(way)}
    waiting = [name for name in workflow.states if name not in places]
    while waiting:
        name = next(each for each in waiting if _reached_from(workflow, each, places))
        row = places[_reached_from(workflow, name, places)][1]
        while (1, row) in places.values():
            row += 1
        places[name] = (1, row)
        waiting.remove(name)
    return {name: Box(workflow.states[name], LEFT + column * COLUMN, TOP + row * ROW)
            for name, (column, row) in places.items()}


def _reached_from(workflow: Workflow, name: str, places: dict[str, tuple[int, int]]) -> str:
    """The lowest placed state with a step to `name`, "" when there is none yet."""
    sources = [source for step in workflow.transitions if step.target == name for source in step.sources]
    return max((source for source in sources if source in places), key=lambda each: places[each][1], default="")


def arrows(workflow: Workflow) -> list[Arrow]:
    """The steps, those between the same two states together, in the order of the definition."""
    found: dict[tuple[str, str], list[Transition]] = {}
    for step in workflow.transitions:
        for source in step.sources:
            found.setdefault((source, step.target), []).append(step)
    return [Arrow(source, target, tuple(steps)) for (source, target), steps in found.items()]


def _title(named: State | Transition | Workflow, english: bool) -> str:
    return named.english if english else named.title


# -- SVG ----------------------------------------------------------------------------------------------------------

def svg(workflow: Workflow, *, english: bool = False) -> str:
    """The picture, with its title and its steps in words for who does not see it. No style: a page brings its own."""
    boxes, name = layout(workflow), workflow.name
    width = max(box.x for box in boxes.values()) + WIDTH + LEFT
    height = max(box.y for box in boxes.values()) + HEIGHT + TOP
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" role="img" aria-labelledby="{name}-t {name}-d">',
             f'<title id="{name}-t">{escape(_title(workflow, english))}</title>',
             f'<desc id="{name}-d">{escape(_in_words(workflow, english))}</desc>',
             f'<defs><marker id="{name}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
             'orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>']
    parts += _lines(workflow, boxes, english)
    parts += [_box(box, workflow, english) for box in boxes.values()]
    return "".join([*parts, "</svg>"])


def _in_words(workflow: Workflow, english: bool) -> str:
    between, end = ("; ", ".") if english else ("；", "。")
    return between.join(f"{_title(workflow.states[arrow.source], english)} → "
                        f"{_title(workflow.states[arrow.target], english)}" for arrow in arrows(workflow)) + end


def _box(box: Box, workflow: Workflow, english: bool) -> str:
    """A state: the first one with a thick frame, one that is the end with two."""
    rect = '<rect x="{}" y="{}" width="{}" height="{}" rx="5" fill="{}" stroke="currentColor" stroke-width="{}"/>'
    thick = 3 if box.state.name == workflow.initial else 1.5
    frame = rect.format(box.x, box.y, WIDTH, HEIGHT, "#fff", thick)
    inner = rect.format(box.x + 4, box.y + 4, WIDTH - 8, HEIGHT - 8, "none", 1) if box.state.final else ""
    return (f'<g class="state">{frame}{inner}<text x="{box.x + WIDTH // 2}" y="{box.middle + 5}" text-anchor="middle" '
            f'font-size="14" fill="currentColor">{escape(_title(box.state, english))}</text></g>')


def _lines(workflow: Workflow, boxes: dict[str, Box], english: bool) -> list[str]:
    """Steps of the way are straight lines with words; all others go by lanes, one for each side and target."""
    lanes: dict[tuple[int, str], int] = {}
    drawn = []
    for arrow in arrows(workflow):
        start, end = boxes[arrow.source], boxes[arrow.target]
        if start.x == end.x == LEFT and end.y - start.y == ROW:
            drawn.append(_straight(start, end, arrow, workflow, english))
        elif start is not end:
            side = _side(start, end)
            number = lanes.setdefault((side, arrow.target), sum(lane[0] == side for lane in lanes))
            drawn.append(_by_lane(start, end, side, number, workflow))
    return drawn


def _side(start: Box, end: Box) -> int:
    """Which gap the line goes through: 0 left of all states, 1 between the two rows of them, 2 on the right."""
    if start.x != end.x:
        return 1
    if start.x > LEFT:
        return 2
    return 0 if end.y < start.y else 1


def _path(workflow: Workflow, d: str, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (f'<path d="{d}" fill="none" stroke="currentColor" stroke-width="1.3"{dash} '
            f'marker-end="url(#{workflow.name}-tip)"/>')


def _straight(start: Box, end: Box, arrow: Arrow, workflow: Workflow, english: bool) -> str:
    x, top, bottom = start.x + WIDTH // 2, start.y + HEIGHT, end.y - 2
    words = _title(arrow.steps[0], english)
    return (_path(workflow, f"M{x} {top}V{bottom}") + f'<text x="{x + 8}" y="{(top + bottom) // 2 + 4}" '
            f'font-size="12" fill="currentColor">{escape(words)}</text>')


def _by_lane(start: Box, end: Box, side: int, number: int, workflow: Workflow) -> str:
    """Out to the lane, along it, and in; a dot where it joins the lane, as those to one target share theirs."""
    first, away = ((LEFT - 22, -STEP), (LEFT + WIDTH + 96, STEP), (LEFT + COLUMN + WIDTH + 22, STEP))[side]
    lane = first + away * number
    leaves = start.x if lane < start.x else start.x + WIDTH
    enters = end.x - 2 if lane < end.x else end.x + WIDTH + 2
    y, target = start.middle - 8, end.middle + 8
    return (_path(workflow, f"M{leaves} {y}H{lane}V{target}H{enters}", dashed=end.y < start.y)
            + f'<circle cx="{lane}" cy="{y}" r="2.5" fill="currentColor"/>')


# -- text ---------------------------------------------------------------------------------------------------------

def mermaid(workflow: Workflow, *, english: bool = False) -> str:
    """A Mermaid state diagram: every step with its title and who may take it."""
    rows = ["stateDiagram-v2", f"    [*] --> {workflow.initial}"]
    rows += [f"    {state.name}: {_title(state, english)}" for state in workflow.states.values()]
    rows += [f"    {source} --> {step.target}: {_title(step, english)}（{who(step, english)}）"
             for step in workflow.transitions for source in step.sources]
    rows += [f"    {state.name} --> [*]" for state in workflow.states.values() if state.final]
    return "\n".join(rows) + "\n"


def who(step: Transition, english: bool = False) -> str:
    """Who may take a step, in words."""
    roles = [ROLE_TITLES[role][english] for role in ROLE_TITLES if role in step.roles]
    automatic = ["the system" if english else "系统自动"] if step.system else []
    return (", " if english else "、").join([*roles, *automatic])
