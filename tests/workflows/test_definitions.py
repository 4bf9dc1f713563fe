"""Workflow definitions: those that are shipped hold, and what is wrong in one is said clearly at start-up."""

from __future__ import annotations

import pytest

from workflows.definition import DefinitionError, load
from workflows.effects import EFFECTS
from workflows.engine import DEFINITIONS, workflow_of, workflows
from workflows.guards import GUARDS

pytestmark = pytest.mark.nodatabase

GOOD = """
name = "w"
title = "流程"
english = "Flow"
subject = "document"
initial = "draft"
[states.draft]
title = "拟稿"
english = "Draft"
[states.done]
title = "完成"
english = "Done"
final = true
[[transitions]]
name = "finish"
title = "办结"
english = "Finish"
from = ["draft"]
to = "done"
roles = ["editor"]
"""


def read(tmp_path, text):
    path = tmp_path / "w.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, GUARDS, EFFECTS)


def test_a_good_definition_is_read(tmp_path):
    assert [state.title for state in read(tmp_path, GOOD).states.values()] == ["拟稿", "完成"]


@pytest.mark.parametrize(("old", "new", "said"), [
    ('initial = "draft"', 'initial = "begin"', "initial state 'begin'"),
    ('to = "done"', 'to = "end"', "names the state 'end'"),
    ('roles = ["editor"]', 'roles = ["mayor"]', "mayor"),
    ('roles = ["editor"]', "roles = []", "no roles"),
    ('roles = ["editor"]', 'roles = ["editor"]\nguards = ["sunny"]', "the guard 'sunny'"),
    ('roles = ["editor"]', 'roles = ["editor"]\neffects = ["fly"]', "the effect 'fly'"),
    ('roles = ["editor"]', 'roles = ["editor"]\ncolour = "red"', "unknown keys colour"),
    ('roles = ["editor"]', 'roles = ["editor"]\nkinds = {whim = ["editor"]}', "kind of reason 'whim'"),
    ('roles = ["editor"]', 'roles = ["editor"]\nkinds = {error = ["signer"]}', "must be among its roles"),
    ("final = true", "", "no way leads out of 'done'"),
    ('from = ["draft"]', 'from = ["draft", "draft"]', "twice"),
    ('title = "流程"\n', "", "'title' is missing"),
    ("[states.done]", "[states.done", "not TOML"),
    ("[states.done]", "[limit]\nworking_days = 0\n[states.done]", "working_days is a number from 1"),
    ("[states.done]", "[limit]\ndays = 7\n[states.done]", "limit has unknown keys days"),
    ('initial = "draft"', 'initial = "draft"\nentered = ["colour"]', "the question 'colour'"),
])
def test_what_is_wrong_is_named_with_its_file(tmp_path, old, new, said):
    with pytest.raises(DefinitionError, match=r"w\.toml") as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert said in str(caught.value)


def test_an_unreachable_state_is_named(tmp_path):
    with pytest.raises(DefinitionError, match="no way leads to lost"):
        read(tmp_path, GOOD.replace("[[transitions]]", '[states.lost]\ntitle = "?"\nenglish = "?"\nfinal = true\n'
                                    "[[transitions]]", 1))


def test_every_file_is_a_workflow_under_its_own_name():
    assert {path.stem for path in DEFINITIONS.glob("*.toml")} == set(workflows())


@pytest.mark.parametrize("name", sorted(workflows()))
def test_every_publication_passes_the_final_scan_and_a_second_person(name):
    """However a definition is changed: nothing reaches the public past `publish`, and no lone editor publishes."""
    for transition in workflow_of(name).transitions:
        if transition.target == "published" and transition.sources != ("published",) and transition.name != "abandon":
            assert "publish" in transition.effects and "findings_settled" in transition.guards
            assert transition.system or "editor" not in transition.roles
            assert "not_twice" in transition.guards or transition.system or transition.reason


@pytest.mark.parametrize("name", sorted(workflows()))
def test_every_state_has_words_and_a_way(name):
    workflow = workflow_of(name)
    last = {"document": "published", "case": "closed", "finding": "verified", "push": "queued"}[workflow.subject]
    assert workflow.path()[0].name == workflow.initial and workflow.path()[-1].name == last
    for state in workflow.states.values():
        assert state.title and state.english


def test_an_unknown_workflow_is_named_with_the_known_ones():
    with pytest.raises(LookupError, match="internal, letter, publication"):
        workflow_of("nothing")
