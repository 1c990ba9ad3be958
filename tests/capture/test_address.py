import pytest

from beffroi.capture.address import endpoint, moved, public_address, scheme, with_credentials


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


@pytest.mark.parametrize(
    ("address", "called", "relayed"),
    [
        ("rtsp://host", ("host", 554, False), "rtsp://here:9"),
        ("RTSPS://host/a?b=c@d", ("host", 322, True), "rtsp://here:9/a?b=c@d"),
        ("rtsp://u:p@ss@host:88/a", ("host", 88, False), "rtsp://u:p@ss@here:9/a"),
        ("rtsps://u:p%40@[fe80::1]:88/a", ("fe80::1", 88, True), "rtsp://u:p%40@here:9/a"),
    ],
)
def test_the_host_is_called_and_ffmpeg_is_given_another(
    address: str, called: tuple[str, int, bool], relayed: str
) -> None:
    assert endpoint(address) == called
    assert moved(address, "here", 9) == relayed
