"""The form page by page: which step was sent, what was answered before, what comes next. The browser carries it all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import colander
import deform
from deform.widget import HiddenWidget
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from content.people import Unit
from portal.database import db
from portal.forms import SchemaForm, structure
from portal.i18n import _
from portal.public.apply import _before
from portal.public.apply._questions import PERSON_STEP, Kind, Step, fields, kinds
from workflows.applications import organs

CHECK = "check"
LONGEST = 4000
FIRST_KIND = "disclosure_request"


def reading(request: Request) -> None:
    """Let a POST that only shows the next page hold no lock of the database."""
    session = request.house.database.reader()
    request.db = session
    request.add_finished_callback(lambda _: session.close())


def writing(request: Request) -> None:
    """… until it files: from here on the request writes, and commits with its end."""
    request.db = db(request)


@dataclass(frozen=True)
class Mark:
    """A step in the list above the form."""

    title: Any
    state: str  # done, now, todo


@dataclass(frozen=True)
class Asked:
    """What has been answered so far, as it was typed; `step` is the page that was sent."""

    request: Request
    kind: Kind
    answers: dict[str, str]
    step: str
    units: list[Unit]

    @classmethod
    def of(cls, request: Request) -> Asked:
        """From a form that was sent, or for a new one from the address (`organ`, `kind`). Raises `HTTPNotFound`."""
        sent = structure(request.POST.items()) if request.method == "POST" else request.GET
        answers = {name: sent[name][:LONGEST] for name in fields() if isinstance(sent.get(name), str)}
        if request.method != "POST":
            answers = {name: answers[name] for name in ("organ", "kind") if name in answers}
        kind = kinds().get(answers.setdefault("kind", FIRST_KIND))
        if kind is None:
            raise HTTPNotFound()
        return cls(request, kind, answers, str(sent.get("step", "")), organs(request.db, request.tree))

    # -- the order of pages -----------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        return [*(step.name for step in self.kind.steps), CHECK]

    def place(self, name: str) -> int:
        """The number of a step from 0; what is none of them is the first."""
        return self.names.index(name) if name in self.names else 0

    def at(self, name: str) -> Step | None:
        """The step of that name; None for the last page."""
        return None if name == CHECK else self.kind.steps[self.place(name)]

    def beside(self, name: str, by: int) -> str:
        """The page before or after."""
        return self.names[max(0, min(self.place(name) + by, len(self.names) - 1))]

    def marks(self, name: str) -> list[Mark]:
        titles = [*(step.title for step in self.kind.steps), _("核对并提交")]
        here = self.place(name)
        return [Mark(title, "done" if number < here else "now" if number == here else "todo")
                for number, title in enumerate(titles)]

    # -- the form of a page -----------------------------------------------------------------------------------

    def form(self, step: Step) -> SchemaForm:
        """Its questions, and everything answered before in hidden fields."""
        nodes = step.nodes(self.answers, self.units)
        asked = {node.name for node in nodes}
        schema = colander.Schema(validator=step.check)
        for node in (*nodes, *(_hidden(name) for name in ("step", *fields()) if name not in asked)):
            schema.add(node)
        buttons = [deform.Button("next", _("下一步"))]
        if step.name == PERSON_STEP and _before.has_contact(self.request, self.answers):
            buttons.append(deform.Button("fill", _before.WORDS, css_class="btn-plain"))
        if self.place(step.name):
            buttons.append(deform.Button("back", _("上一步"), css_class="btn-plain"))
        return SchemaForm(self.request, schema, buttons, action="/apply/new", formid="apply")

    def shown(self, step: Step) -> str:
        """The form filled with what was answered before."""
        return self.form(step).render({**self.answers, "step": step.name})

    def checked(self, step: Step) -> dict[str, str]:
        """The answers of a page that was sent. Raises `deform.ValidationFailure`."""
        values = self.form(step).validate([*self._pairs(step), ("step", step.name)])
        return {name: values[name].strip() for name in fields() if values.get(name)}

    def _pairs(self, step: Step) -> list[tuple[str, str]]:
        """What was sent, for this page; of a page before, its carried answers as if they had been sent now."""
        if self.step == step.name:
            return [(name, value) for name, value in self.request.POST.items() if isinstance(value, str)]
        return list(self.answers.items())

    def with_answers(self, answers: dict[str, str]) -> Asked:
        kept = {"kind": self.kind.name} | answers
        return Asked(self.request, self.kind, kept, self.step, self.units)


def _hidden(name: str) -> colander.SchemaNode:
    return colander.SchemaNode(colander.String(), name=name, missing="", widget=HiddenWidget())
