#!/usr/bin/env bash
# Installs Emmett and its SQLite driver into a folder outside the checkout:
#
#     bash tests/emmett/setup.sh DIR
#     NODE_PATH=DIR/node_modules node tests/emmett/fresh.mjs SEED OUT.db OUT.expected.json
#
# Made for Debian; a second call with the same DIR ends at once.  npm's sqlite3
# would compile SQLite for minutes, so its native part is taken out of Debian's
# package node-sqlite3 (same N-API binding); that package is only unpacked into
# DIR, not installed.  Where that fails the driver is compiled.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { echo "usage: setup.sh DIR" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
driver=$dir/node_modules/sqlite3/build/Release/node_sqlite3.node

works() {
  (cd "$dir" && node -e '
    const { Database } = require("sqlite3");
    const { getSQLiteEventStore } = require("@event-driven-io/emmett-sqlite");
    new Database(":memory:").get("select 1 as one", (e, row) => process.exit(!e && row.one === 1 && getSQLiteEventStore ? 0 : 1));
  ') >/dev/null 2>&1
}

if cmp -s "$here/package.json" "$dir/package.json" && works; then
  echo "emmett: ready in $dir"
  exit 0
fi

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
updated=
apt_update() { [ -n "$updated" ] || { as_root apt-get update -q; updated=1; }; }

need=()
command -v node >/dev/null || need+=(nodejs)
command -v npm >/dev/null || need+=(npm)
ldconfig -p 2>/dev/null | grep -q 'libsqlite3\.so\.0' || need+=(libsqlite3-0)
if [ ${#need[@]} -gt 0 ]; then
  apt_update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${need[@]}"
fi

cp "$here/package.json" "$dir/package.json"
(cd "$dir" && npm install --ignore-scripts --omit=optional --no-package-lock --no-audit --no-fund --loglevel=error)

from_debian() {
  local parts=$dir/debian found
  rm -rf "$parts" && mkdir -p "$parts" || return 1
  apt_update || return 1
  (cd "$parts" && apt-get download -q node-sqlite3 patchelf && for deb in *.deb; do dpkg -x "$deb" . || exit 1; done) || return 1
  found=$(find "$parts" -path '*napi-v6*' -name node_sqlite3.node | head -n 1)
  [ -n "$found" ] || found=$(find "$parts" -name node_sqlite3.node | head -n 1)
  [ -n "$found" ] || return 1
  mkdir -p "$(dirname "$driver")"
  cp "$found" "$driver"
  # Debian links the binding to its own libnode; every node has these symbols itself.
  "$parts/usr/bin/patchelf" --print-needed "$driver" | grep '^libnode\.so' | while read -r library; do
    "$parts/usr/bin/patchelf" --remove-needed "$library" "$driver"
  done
  works
}

if ! from_debian; then
  echo "emmett: Debian's driver does not load here, compiling" >&2
  rm -rf "$(dirname "$driver")"
  apt_update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends g++ make python3
  # The headers that belong to this node, where they are installed with it.
  prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  [ -e "$prefix/include/node/node_api.h" ] && export npm_config_nodedir="$prefix"
  (cd "$dir" && npm_config_build_from_source=true nice -n 19 npm rebuild sqlite3)
fi
rm -rf "$dir/debian"
works || { echo "emmett: the driver does not load" >&2; exit 1; }
echo "emmett: ready in $dir"
