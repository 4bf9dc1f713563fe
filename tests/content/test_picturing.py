"""Pictures in texts: their words, their sizes for the public, how they come in; and what is refused."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from content import attachments, picture_intake, picturing, writing
from content.clearing import review
from content.filing import PICTURE
from content.picture_encoding import LIMITS, WIDEST, encoded, run_encode
from content.picture_intake import Brought, octets
from content.privacy.renditions.model import Built, Limits, Refused

ALT = "北门水厂外景"


def photograph(size=(64, 48), format="JPEG", **more) -> bytes:
    """A picture that says where it was taken."""
    image = Image.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 20).convert("RGB")
    exif = image.getexif()
    exif[0x010E] = "手机13812345678"
    file = io.BytesIO()
    image.save(file, format, exif=exif, **more)
    return file.getvalue()


def direct(data: bytes):
    """As `run_encode`, in this process."""
    return encoded(data, LIMITS)


def as_data(data: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


@pytest.mark.nodatabase
def test_words_are_asked_for_but_of_decoration():
    said = picturing.tag(7, ' 水厂"<外景> ')
    assert said == '<img src="/desk/file/7" alt="水厂&quot;〈外景〉">'
    body = f'<p>{said}{picturing.tag(8, "", True)}<img src="/desk/file/9" alt=" "><img src="/desk/file/9"></p>'
    assert picturing.unsaid(body) == 2
    assert [each.attachment_id for each in picturing.images(body)] == [7, 8, 9, 9]


@pytest.mark.nodatabase
def test_the_public_gets_sizes_below_its_own_address():
    built = Built(photograph((700, 350)), "jpg", "image/jpeg", ".jpg", "")
    made = picturing.variants(built)
    assert [(each.name, each.width, each.height, Image.open(io.BytesIO(each.data)).size) for each in made] == [
        ("w320", 320, 160, (320, 160)), ("w640", 640, 320, (640, 320)), ("w700", 700, 350, (700, 350))]
    entry = {"id": 7, "role": "picture", "variants": [
        {"name": f"{each.name}{each.suffix}", "width": each.width, "height": each.height} for each in made]}
    body = picturing.public(f"<p>{picturing.tag(7, ALT)}{picturing.tag(8, ALT)}</p>", [entry], "/doc/2026/12")
    assert body == (
        f'<p><img src="/doc/2026/12/files/7/w700.jpg" alt="{ALT}" width="700" height="350" loading="lazy" '
        'srcset="/doc/2026/12/files/7/w320.jpg 320w, /doc/2026/12/files/7/w640.jpg 640w, '
        f'/doc/2026/12/files/7/w700.jpg 700w" sizes="{picturing.SIZES}"><img src="/desk/file/8" alt="{ALT}"></p>')


@pytest.mark.nodatabase
def test_a_picture_is_encoded_anew_and_bounded():
    data, media_type = run_encode(photograph((3000, 20)))
    image = Image.open(io.BytesIO(data))
    assert media_type == "image/jpeg" and image.size == (WIDEST, 17) and not image.getexif()
    assert b"13812345678" not in data


@pytest.mark.nodatabase
@pytest.mark.parametrize(("data", "code"), [
    (b"%PDF-1.7", "unknown"), (photograph()[:200], "damaged"), (photograph((400, 300), "PNG"), "large")],
    ids=["none", "cut", "bomb"])
def test_bombs_and_wrecks_are_refused(data, code):
    with pytest.raises(Refused) as refused:
        encoded(data, Limits(pixels=100_000))
    assert refused.value.code == code and "请" in refused.value.reason


@pytest.mark.nodatabase
@pytest.mark.parametrize("source", ["data:text/html;base64,AAAA", "data:image/png;base64,A", "data:image/png"])
def test_only_data_of_pictures_is_read(source):
    with pytest.raises(Refused):
        octets(source)


def test_pasted_pictures_are_kept_others_left_out_with_a_word(session, house, county):
    document = county.write(session)
    body = (f'<p><img src="{as_data(photograph())}" alt="{ALT}"><img src="{as_data(photograph())}" alt="又一次">'
            '<img src="https://example.com/x.png" alt="外"><img src="data:image/png;base64,AAAA"></p>')
    brought = Brought(body, direct)
    settled = brought.settled(session, house, document, actor_id=county.users["zhangli"])
    first, second = picturing.images(settled)
    assert first.attachment_id == second.attachment_id and (first.alt, second.alt) == (ALT, "又一次")
    kept = attachments.of(session, document, first.attachment_id)
    assert kept.role == PICTURE and b"13812345678" not in house.blobs.get(session, kept.address)
    assert len(brought.problems) == 2 and all("请" in each for each in brought.problems)
    assert settled == writing.sanitise_html(settled)


def test_a_picture_of_another_document_is_not_taken_but_carried(session, house, county):
    actor = county.users["zhangli"]
    source, other = county.write(session), county.write(session)
    kept = picture_intake.keep(session, house, source, direct(photograph()), "水厂.png", ALT, actor_id=actor)
    body = f"<p>{picturing.tag(kept.id, ALT)}</p>"
    brought = Brought(body, direct)
    assert brought.settled(session, house, other, actor_id=actor) == "<p></p>" and brought.problems
    again = picture_intake.carried(session, house, source, other, body, actor_id=actor)
    own = picturing.images(again)[0]
    assert own.attachment_id != kept.id and own.alt == ALT and kept.name == "水厂.jpg"
    assert attachments.of(session, other, own.attachment_id).sha256 == kept.sha256


def test_a_picture_without_words_stops_publication(session, house, county):
    document = county.write(session)
    kept = picture_intake.keep(session, house, document, direct(photograph()), "a.jpg", "", actor_id=1)
    for alt, stopped in (("", True), (ALT, False)):
        writing.save(session, document, base_id=document.head.id, title="图", body=picturing.tag(kept.id, alt), data={},
                     actor_id=county.users["zhangli"])
        said = [each for each in review(session, house, document, document.head).blockers if "替代文字" in each]
        assert bool(said) is stopped
