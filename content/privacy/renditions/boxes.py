"""Knows rectangles on pictures: what they share, hold together, and where they lie when the picture is turned."""

from __future__ import annotations

from collections.abc import Iterable

Area = tuple[float, float, float, float]  # left, top, right, bottom; down is more


def turned(box: Area, turns: int, size: tuple[float, float]) -> Area:
    """Where a box of a picture of that size lies when the picture is turned by quarters against the clock."""
    left, top, right, bottom = box
    width, height = size
    turns %= 4
    if turns == 1:
        return top, width - right, bottom, width - left
    if turns == 2:
        return width - right, height - bottom, width - left, height - top
    return (height - bottom, left, height - top, right) if turns == 3 else box


def hull(boxes: Iterable[Area]) -> Area:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def size_of(box: Area) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def shared(one: Area, other: Area) -> float:
    """The area that two boxes have in common."""
    return size_of((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))


def mostly_in(box: Area, others: Iterable[Area]) -> bool:
    return sum(shared(box, other) for other in others) > 0.5 * size_of(box)
