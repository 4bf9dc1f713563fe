"""The walk over every detector and kind, and the contract of scan and mask."""

import re
from pathlib import Path

from content import privacy
from content.collect import collect
from content.privacy import KINDS, Decision, detectors, mask_text, scan_record, scan_text

TEXT = "申请人李四，身份证号11010519491231002X，手机13800138000。监督电话：0379-66212345。"


def test_every_detector_file_gives_a_detector_with_its_own_name():
    found = collect(detectors, "DETECTOR")
    files = list(Path(detectors.__file__).parent.glob("[!_]*.py"))
    assert len(found) == len(files)
    assert all(callable(detector.find) for detector in found.values())


def test_every_kind_a_detector_names_has_a_title_and_a_mask():
    source = "".join(path.read_text("utf-8") for path in Path(detectors.__file__).parent.glob("*.py"))
    named = set(re.findall(r'"([A-Z][A-Z_]{1,})"', source)) - {"DETECTOR"}
    assert named <= set(KINDS)
    for kind in KINDS.values():
        assert kind.zh and kind.en and kind.action in Decision
        assert "*" in kind.partial("A123456789012345")


def test_findings_come_sorted_with_the_source_text_of_their_span():
    findings = scan_text(TEXT)
    assert [each.kind for each in findings] == ["ID_CARD", "MOBILE"]
    assert all(TEXT[each.start:each.end] == each.value and each.why for each in findings)


def test_full_and_partial_masks():
    findings = scan_text(TEXT)
    assert mask_text(TEXT, findings) == f"申请人李四，身份证号{'*' * 18}，手机{'*' * 11}。监督电话：0379-66212345。"
    partly = mask_text(TEXT, findings, {"MOBILE": "partial", "ID_CARD": "partial"})
    assert "手机138****8000" in partly and "身份证号110105********002X" in partly


def test_known_public_numbers_stay():
    assert scan_text("联系人李科长，手机13800138000。", known_public=frozenset({"13800138000"})) == []


def test_scan_record_is_what_the_command_line_prints():
    record = scan_record({"id": "a", "text": "手机13800138000"})
    assert record == {"id": "a", "spans": [[2, 13, "MOBILE"]], "masked": "手机" + "*" * 11}


def test_everything_the_package_promises_is_there():
    assert all(getattr(privacy, name, None) is not None for name in privacy.__all__)
