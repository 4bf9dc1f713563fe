"""Random files of every format with identifiers planted in random places: none of them ever gets out."""

import random

import pytest

from content.privacy.renditions.cleaning import clean
from content.privacy.renditions.model import Choices, Source
from tests.content.privacy.renditions.judge import traces
from tests.content.privacy.renditions.make_csv import random_csv
from tests.content.privacy.renditions.make_docx import random_docx
from tests.content.privacy.renditions.make_ofd import random_ofd
from tests.content.privacy.renditions.make_pdf import random_pdf
from tests.content.privacy.renditions.make_picture import random_picture
from tests.content.privacy.renditions.make_pptx import random_pptx
from tests.content.privacy.renditions.make_xlsx import random_xlsx
from tests.content.privacy.renditions.make_zip import random_zip

pytestmark = pytest.mark.nodatabase
MAKERS = {"csv": random_csv, "docx": random_docx, "ofd": random_ofd, "pdf": random_pdf, "picture": random_picture,
          "pptx": random_pptx, "xlsx": random_xlsx, "zip": random_zip}
UNSEEN = Choices(ocr=False)  # what is drawn in pictures is tried elsewhere: reading takes a second each
SAMPLE, ALL = 5, 260


def leaks(name: str, seeds: range) -> list[str]:
    """Those of the random files of a format from which a planted value can be got after cleaning, or the last look
    stopped: what our own makers make must go through."""
    found = []
    for seed in seeds:
        data, values = MAKERS[name](random.Random(seed))
        assert values
        made = clean(Source(data), UNSEEN)
        found += [f"{name} {seed}: {trace}" for trace in traces(made.built.data, values)]
    return found


@pytest.mark.parametrize("name", MAKERS)
def test_a_planted_value_never_gets_out(name):
    assert leaks(name, range(SAMPLE)) == []


@pytest.mark.full
@pytest.mark.parametrize("name", MAKERS)
def test_no_planted_value_of_many_gets_out(name):
    assert leaks(name, range(SAMPLE, ALL)) == []
