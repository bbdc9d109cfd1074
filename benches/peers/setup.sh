#!/usr/bin/env bash
# Installs the peers' libraries into a folder outside the checkout:
#
#     bash benches/peers/setup.sh DIR
#     NODE_PATH=DIR/node_modules node benches/peers/castore.mjs EVENTS.jsonl merge 50
#
# A second call with the same DIR ends at once.  Pure JavaScript, nothing is compiled.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { echo "usage: setup.sh DIR" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)

works() {
  (cd "$dir" && node -e 'require("@castore/core"); require("@castore/event-storage-adapter-in-memory")') >/dev/null 2>&1
}

if cmp -s "$here/package.json" "$dir/package.json" && works; then
  echo "peers: ready in $dir"
  exit 0
fi
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends nodejs npm
fi
cp "$here/package.json" "$dir/package.json"
(cd "$dir" && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error)
works || { echo "peers: the libraries do not load" >&2; exit 1; }
echo "peers: ready in $dir"
