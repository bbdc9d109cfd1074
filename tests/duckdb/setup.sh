#!/usr/bin/env bash
# Makes a Python environment with DuckDB in a folder outside the sources:
#
#     bash tests/duckdb/setup.sh DIR
#     EVENTGLASS_DUCKDB=DIR/bin/python cargo test --test engine duckdb
#
# Made for Debian; a second call with the same DIR ends at once.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: setup.sh DIR" >&2; exit 2; }
works() { "$1/bin/python" -c 'import duckdb, pytz' >/dev/null 2>&1; }

if ! works "$1"; then
  if ! python3 -c 'import venv, ensurepip' >/dev/null 2>&1; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    $as_root apt-get update -q
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends python3-venv
  fi
  rm -rf "$1"
  python3 -m venv "$1"
  # pytz: DuckDB hands out times with a zone by it.
  "$1/bin/pip" install --quiet --disable-pip-version-check duckdb pytz
fi
works "$1" || { echo "duckdb: it does not load" >&2; exit 1; }
echo "duckdb: ready in $1"
