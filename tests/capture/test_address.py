import pytest

from beffroi.capture.address import public_address, scheme, with_credentials


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://admin:1234@10.0.0.7/live", "rtsp://10.0.0.7/live"),
        ("rtsp://admin:p@ss@10.0.0.7:554/live", "rtsp://10.0.0.7:554/live"),
        (
            "rtsp://10.0.0.7/cam?user=admin&password=x1&channel=1",
            "rtsp://10.0.0.7/cam?user=…&password=…&channel=1",
        ),
        ("rtsp://10.0.0.7/user=admin_password=tl_1&channel=1", "rtsp://10.0.0.7/user=…&channel=1"),
        ("rtsp://10.0.0.7/live?Token=abc", "rtsp://10.0.0.7/live?Token=…"),
        ("sim://square?seed=1", "sim://square?seed=1"),
        ("clips/a@b.mp4", "clips/a@b.mp4"),
    ],
)
def test_nothing_secret_is_shown(address: str, shown: str) -> None:
    assert public_address(address) == shown


def test_credentials_are_quoted_and_replace_those_of_the_address() -> None:
    joined = with_credentials("rtsp://old:one@host/live", "city:p@ss/w:rd")
    assert joined == "rtsp://city:p%40ss%2Fw%3Ard@host/live"
    assert with_credentials("rtsp://host/live", None) == "rtsp://host/live"


def test_a_path_has_no_scheme() -> None:
    assert [scheme(a) for a in ("clip.mp4", "RTSP://host", "C:/x")] == ["", "rtsp", ""]
