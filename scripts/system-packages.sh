#!/bin/sh
# Debian packages that only the tests need; running Beffroi needs none of them.
set -eu

missing=""
need() { # need PACKAGES CHECK...: name the packages unless the check succeeds
  packages=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $packages"
}
either() { command -v "$1" || ls /usr/lib/postgresql/*/bin/"$1"; }
rtsp_server() {
  /usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0")' &&
    ls /usr/lib/*/gstreamer-1.0/libgstisomp4.so /usr/lib/*/gstreamer-1.0/libgstvideoparsersbad.so
}

need "chromium fonts-dejavu-core" command -v chromium
need strace command -v strace
need iproute2 command -v ip
need postgresql either initdb
need "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad" rtsp_server

[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "beffroi: installing for the tests:$missing …"
  apt-get update -qq
  # shellcheck disable=SC2086  # one word per package
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "beffroi: some tests need more; an administrator installs it with"
  echo "  sudo apt install --no-install-recommends$missing"
fi
