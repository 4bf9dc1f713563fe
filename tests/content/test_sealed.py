"""Keys and blobs: sealed, addressed by what is stored, rotated and rewrapped."""

from __future__ import annotations

import pytest

from content.blobs import BlobStore
from content.keys import DataKey, KeyProblem, KeyStore, MasterKey


@pytest.fixture
def blobs(house):
    return house.blobs


def stored(blobs, address):
    return blobs.store.folder / address[:2] / address


def test_a_blob_comes_back_and_is_not_readable_on_disk(blobs, session):
    address = blobs.put(session, "李秀英 410399".encode())
    assert blobs.get(session, address) == "李秀英 410399".encode()
    assert b"410399" not in stored(blobs, address).read_bytes()
    assert stored(blobs, address).stat().st_mode & 0o077 == 0
    assert list(blobs.verify(session)) == []


def test_verify_names_what_is_missing_or_changed(blobs, session):
    one, two = blobs.put(session, b"one"), blobs.put(session, b"two")
    stored(blobs, one).unlink()
    stored(blobs, two).write_bytes(b"other")
    assert len(list(blobs.verify(session))) == 2
    with pytest.raises(KeyProblem):
        blobs.get(session, two)


@pytest.mark.parametrize("address", ["../../secrets/master.key", "", "a" * 63, "A" * 64])
def test_no_address_leads_out_of_the_folder(blobs, session, address):
    with pytest.raises(FileNotFoundError):
        blobs.get(session, address)


def test_a_new_data_key_seals_what_comes_and_the_old_one_still_opens(house, blobs, session):
    old = blobs.put(session, b"old")
    house.keys.rotate(session, actor_id=None)
    new = blobs.put(session, b"new")
    assert stored(blobs, old).read_bytes()[:4] != stored(blobs, new).read_bytes()[:4]
    assert (blobs.get(session, old), blobs.get(session, new)) == (b"old", b"new")


def test_rewrapping_needs_the_new_master_key_from_then_on(house, blobs, session, tmp_path):
    address = blobs.put(session, b"secret")
    new = MasterKey.create(tmp_path / "new.key")
    assert house.keys.rewrap(session, new, actor_id=None) == 1
    session.flush()
    assert BlobStore(blobs.store.folder, KeyStore(new)).get(session, address) == b"secret"
    with pytest.raises(KeyProblem, match="wrapped by master key"):
        KeyStore(house.keys.master).open(session, stored(blobs, address).read_bytes())


def test_the_master_key_is_not_in_the_database(house, session):
    house.keys.seal(session, b"x")
    for key in session.query(DataKey):
        assert house.keys.master.secret not in key.wrapped


@pytest.mark.parametrize(("content", "said"), [("", "0 bytes"), ("###", "not base64"), ("QUJD", "3 bytes")])
def test_an_unfit_master_key_is_named(tmp_path, content, said):
    (tmp_path / "master.key").write_text(content)
    with pytest.raises(KeyProblem, match=said):
        MasterKey.load(tmp_path / "master.key")


def test_a_master_key_is_never_written_over(tmp_path):
    MasterKey.create(tmp_path / "k")
    with pytest.raises(FileExistsError):
        MasterKey.create(tmp_path / "k")


def test_a_rewrapping_that_was_stopped_before_the_files_were_changed_is_done_again(house, blobs, session, tmp_path):
    """The database knows the new key, `master.key` still holds the old one."""
    address = blobs.put(session, b"secret")
    new = MasterKey.create(tmp_path / "new.key")
    house.keys.rewrap(session, new, actor_id=None)
    session.flush()
    assert KeyStore(house.keys.master).rewrap(session, new, actor_id=None) == 0
    session.flush()
    assert BlobStore(blobs.store.folder, KeyStore(new)).get(session, address) == b"secret"


def test_nothing_is_sealed_with_a_key_that_was_rolled_back(house):
    """Its number goes to the next key; what the process remembers under that number must be the kept one."""
    with house.database.writer() as session:
        house.blobs.put(session, b"undone")
        session.rollback()
        address = house.blobs.put(session, b"kept")
        session.commit()
    with house.database.reader() as session:
        fresh = BlobStore(house.blobs.store.folder, KeyStore(house.keys.master))  # as after a restart
        assert fresh.get(session, address) == b"kept"


def test_settled_findings_are_recognised_after_a_rewrapping(house, session, tmp_path):
    house.keys.begin(session)
    session.commit()
    before = house.keys.derive(session, "findings")
    new = MasterKey.create(tmp_path / "new.key")
    house.keys.rewrap(session, new, actor_id=None)
    house.keys.rotate(session, actor_id=None)
    assert KeyStore(new).derive(session, "findings") == before == house.finding_secret
