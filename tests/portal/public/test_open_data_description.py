"""The API keeps what its description says: schemathesis asks everything in it, rightly and wrongly."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

QUICK, MANY = 6, 150  # cases of each operation


def examine(site, count):
    """Ask `count` questions of each operation, half of them wrong; every answer must be one that is described."""
    site.publish(title="通知")
    site.index()
    site.registry.settings["limits"]._rates["api"] = site.registry.settings["limits"]._rates["api"].__class__(10**6)
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.app.app)
    how = settings(max_examples=count, deadline=None, database=None, derandomize=True,
                   suppress_health_check=list(HealthCheck),
                   phases=[Phase.explicit, Phase.generate])
    asked = 0
    for found in described.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not list(operation.iter_parameters()):
                continue

            @how
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case):
                nonlocal asked
                asked += 1
                case.call_and_validate()
            ask()
    return asked


def test_every_answer_is_as_described(site):
    assert examine(site, QUICK) > 40


@pytest.mark.full
def test_every_answer_is_as_described_whatever_is_asked(site):
    assert examine(site, MANY) > 500
