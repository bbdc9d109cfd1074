#!/usr/bin/env bash
# Brings what the tests of dumps need into a folder outside the sources: PostgreSQL's programs,
# from Debian, and Message DB's own SQL, from npm.
#
#     bash tests/postgres/setup.sh DIR
#     EVENTGLASS_POSTGRES=DIR cargo test --test engine dumps
#
# A second call with the same DIR ends at once. DIR/bin leads to the server's programs.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: setup.sh DIR" >&2; exit 2; }
version=1.3.1
mkdir -p "$1"
dir=$(cd "$1" && pwd)

find_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
if [ -z "$(find_bin)" ]; then
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo"
  $as_root apt-get update -q
  # No cluster of its own is wanted: the tests make one.
  $as_root mkdir -p /etc/postgresql-common
  echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql
fi
ln -sfn "$(find_bin)" "$dir/bin"

if [ ! -f "$dir/message-db/database/install.sh" ]; then
  (cd "$dir" && npm pack --silent "@eventide/message-db@$version" >/dev/null)
  mkdir -p "$dir/message-db"
  tar -xzf "$dir/eventide-message-db-$version.tgz" -C "$dir/message-db" --strip-components=1
fi
"$dir/bin/pg_dump" --version
echo "postgres: ready in $dir"
