#!/usr/bin/env bash
# Makes a Python environment with Spark in a folder outside the sources:
#
#     bash tests/spark/setup.sh DIR
#     EVENTGLASS_SPARK=DIR/bin/python cargo test --test engine spark
#
# Made for Debian; a second call with the same DIR ends at once.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: setup.sh DIR" >&2; exit 2; }
works() { "$1/bin/python" -c 'import pyspark' >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Spark 4 runs on Java 17 or 21.
need=()
command -v java >/dev/null || need+=(openjdk-17-jre-headless)
works "$1" || python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || need+=(python3-venv)
if [ ${#need[@]} -gt 0 ]; then
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${need[@]}"
fi
if ! works "$1"; then
  rm -rf "$1"
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check 'pyspark==4.*'
fi
works "$1" || { echo "spark: it does not load" >&2; exit 1; }
java -version >/dev/null 2>&1 || { echo "spark: there is no Java to run it" >&2; exit 1; }
echo "spark: ready in $1"
