#!/bin/sh
# Debian packages that only the tests need; running Beffroi needs none of them.
set -eu

missing=""
need() { command -v "$1" >/dev/null || missing="$missing $2"; }

need chromium chromium
need strace strace
need ip iproute2
need live555MediaServer livemedia-utils
command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 \
  || missing="$missing postgresql"

[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "beffroi: installing$missing for the tests …"
  apt-get update -qq
  # shellcheck disable=SC2086  # one word per package
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "beffroi: some tests will be skipped; to run them all, an administrator installs what they need:"
  echo "  sudo apt install$missing"
fi
