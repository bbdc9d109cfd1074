#!/bin/bash
# Makes bank.dump and expected.json in a real PostgreSQL with Message DB's own SQL. The server is
# started in a temporary folder and stopped again.
#
#     npm install && bash make.sh [FOLDER]
#
# Needs Node 20 and PostgreSQL 15 (Debian: postgresql-15).
# As root the server runs as the user `postgres`, who must be there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${1:-$here}" && cd "${1:-$here}" && pwd)
modules=${MODULES:-$here/node_modules}
work=$(mktemp -d)
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
as=()
if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  chown postgres "$work"
fi
stop() { "${as[@]}" "$bin/pg_ctl" -D "$work/data" -m immediate stop > "$work/stop.log" 2>&1 || true; rm -rf "$work"; }
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(cd "$work" && "${as[@]}" "$bin/initdb" -D "$work/data" -U bank --auth=trust -E UTF8 --locale=C > "$work/initdb.log")
(cd "$work" && "${as[@]}" "$bin/pg_ctl" -D "$work/data" -w -o "-p $port -k $work -h 127.0.0.1" -l "$work/server.log" start > "$work/start.log")
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=bank PGDATABASE=message_store PATH="$bin:$PATH"

bash "$modules/@eventide/message-db/database/install.sh" > "$work/install.log"
cp "$here/make.mjs" "$work"
ln -s "$modules" "$work/node_modules"
node "$work/make.mjs" "$out/expected.json"
pg_dump --no-owner --no-privileges -Fc -f "$out/bank.dump"
