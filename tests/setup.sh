#!/bin/sh
# Installs the Debian packages that building, running and testing need; quick when they
# are there.   sh tests/setup.sh run: only what the program itself needs.
set -eu

run="gcc libgl1 libegl1 libgl1-mesa-dri libxkbcommon-x11-0"
tests="xvfb openbox xdotool imagemagick strace util-linux jq ripgrep sqlite3 ruby elixir erlang-jiffy
    libglib2.0-bin desktop-file-utils shared-mime-info"
case "${1:-all}" in
    run) wanted="$run" ;;
    *) wanted="$run $tests" ;;
esac

missing=""
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
$as_root apt-get update -q
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
