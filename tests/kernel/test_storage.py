import pytest

from saas.kernel.storage import LocalStorage, read_or_make


@pytest.fixture
def storage(tmp_path):
    return LocalStorage(tmp_path / "files")


def test_a_file_is_read_back_by_its_tenant_and_by_no_other(storage):
    storage.write("teatro", "documents/1.pdf", b"one")

    assert storage.read("teatro", "documents/1.pdf") == b"one"
    assert storage.read("harare", "documents/1.pdf") is None


def test_writing_again_replaces_the_whole_and_leaves_nothing_beside(storage, tmp_path):
    storage.write("teatro", "documents/1.pdf", b"a longer first text")
    storage.write("teatro", "documents/1.pdf", b"second")

    assert storage.read("teatro", "documents/1.pdf") == b"second"
    assert [file.name for file in (tmp_path / "files" / "teatro" / "documents").iterdir()] == ["1.pdf"]


def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_matter(storage):
    storage.write("teatro", "a", b"a")
    storage.delete("teatro", "a")
    storage.delete("teatro", "a")

    assert storage.read("teatro", "a") is None


@pytest.mark.parametrize(
    ("tenant", "name"),
    [
        ("..", "a"),
        ("teatro", "../harare/a"),
        ("teatro", "/etc/passwd"),
        ("teatro", "a/../b"),
        ("", "a"),
        ("teatro", ""),
    ],
)
def test_no_name_leads_out_of_the_tenants_folder(storage, tenant, name):
    with pytest.raises(ValueError, match="not the name"):
        storage.read(tenant, name)


def test_what_can_be_made_anew_is_made_once(storage):
    made = []

    def make():
        made.append(1)
        return b"pdf"

    assert read_or_make(storage, "teatro", "x.pdf", make) == b"pdf"
    assert read_or_make(storage, "teatro", "x.pdf", make) == b"pdf"
    assert made == [1]
