"""What tests of renditions ask of the machine."""

import os

import pytest

from content.privacy.renditions import ocr, office


@pytest.fixture
def soffice():
    """LibreOffice; without it a test is skipped, except where everything has to be there."""
    if office.program() is None and not os.environ.get("CI"):
        pytest.skip("LibreOffice is not installed")
    return office.program()


@pytest.fixture
def no_soffice(monkeypatch):
    monkeypatch.setattr(office, "program", lambda: None)


@pytest.fixture
def no_ocr(monkeypatch):
    """A machine without Tesseract."""
    monkeypatch.setattr(ocr, "available", lambda: False)
