"""A camera for tests: GStreamer's RTSP server, run by the system's Python in its own process.

Usage: rtsp_server.py FILE [user:password]. Prints `port N` when it listens and `setup PATH` for
every stream that a client asks for.
"""

import sys
from typing import Any

import gi  # type: ignore[import-not-found]  # the system's Python has it

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import (  # type: ignore[import-not-found]  # noqa: E402
    GLib,
    Gst,
    GstRtsp,
    GstRtspServer,
)

VIDEO = {
    "mp4": "qtdemux ! rtph264pay name=pay0 pt=96 config-interval=-1",
    "h264": "h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1",
}
SOUND = "audiotestsrc is-live=true ! audioconvert ! rtpL16pay name=pay1 pt=97"


def main(path: str, credentials: str = "", port: str = "0") -> None:
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    demuxer = VIDEO[path.rpartition(".")[2]]
    factory.set_launch(f"( filesrc location={path} ! {demuxer} {SOUND} )")
    if credentials:
        guard(server, factory, *credentials.split(":"))
    server.get_mount_points().add_factory("/live", factory)
    server.connect("client-connected", watch)
    server.attach(None)
    say(f"port {server.get_bound_port()}")
    GLib.MainLoop().run()


def guard(server: Any, factory: Any, user: str, password: str) -> None:
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "reader")
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("reader", "media.factory.access", True)
    permissions.add_permission_for_role("reader", "media.factory.construct", True)
    factory.set_permissions(permissions)


def watch(_server: Any, client: Any) -> None:
    client.connect("setup-request", lambda _client, context: say(f"setup {context.uri.abspath}"))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


main(*sys.argv[1:])
