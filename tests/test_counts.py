"""No test, doctest or page is lost unseen."""


def test_no_folder_has_fewer_tests_than_were_counted(lost):
    """Where some are meant to go, count anew: `nox -s tests -- --collect-only -q --keep-counts`."""
    assert lost == {}
