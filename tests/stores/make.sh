#!/usr/bin/env bash
# Makes the stores that the engine's tests read, each by a small program with the real library:
#
#     bash tests/stores/make.sh OUT [NAME…]
#     EVENTGLASS_STORES=OUT cargo test --test engine made_stores
#
# OUT/NAME holds `store.db`, or `store.sql` and `store.dump`, and `expected.json`, which is what
# the library itself says of it. What is there already is kept as long as its program and the
# versions it names are the same.
set -euo pipefail

# Programs write UTF-8, and far from UTC: what a store says of a zone is to be read.
export LC_ALL=C.UTF-8 TZ=Asia/Kathmandu

[ $# -ge 1 ] || { echo "usage: make.sh OUT [NAME…]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
names=("$@")
[ $# -gt 0 ] || names=($(cd "$here" && ls -d */ | tr -d /))

# A number for what these files hold.
sum() { cat -- "$@" | sha256sum | cut -c1-16; }
# What a store is made from: its folder, what programs of its language share, and this.
key() {
  local shared=() folder=$here/$1
  if [ -e "$folder/make.py" ]; then shared=("$here"/*.py "$here/requirements.txt")
  elif [ -e "$folder/make.mjs" ]; then shared=("$here/common.mjs" "$here/package-lock.json")
  elif [ -e "$folder/pom.xml" ]; then shared=("$here/Expected.java")
  elif [ -e "$folder/make.rb" ]; then shared=("$here"/*.rb); fi
  sum "$here/make.sh" "${shared[@]}" $(find "$folder" -type f | sort)
}

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
# Debian's packages, where they are missing.
debian() {
  dpkg-query -W "$@" >/dev/null 2>&1 && return
  $as_root apt-get update -q >/dev/null
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >/dev/null
}
# Fills the folder $1 by the command after it, once.
once() {
  [ -e "$1/.complete" ] && return
  rm -rf "$1"
  mkdir -p "$1"
  (cd "$1" && "${@:2}") >"$1.log" 2>&1 || { cat "$1.log" >&2; return 1; }
  touch "$1/.complete"
}

# --- A server ----------------------------------------------------------------------------
server=""
stop() {
  [ -z "$server" ] || { postgres pg_ctl -D "$server/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$server"; }
}
trap stop EXIT
# The server does not run as root.
postgres() {
  local as=(env)
  [ "$(id -u)" != 0 ] || as=(runuser -u nobody -- env)
  (cd /tmp && "${as[@]}" HOME=/ "$bin/$1" "${@:2}")
}
# Starts it where it does not run yet, and makes a new database $1.
database() {
  if [ -z "$server" ]; then
    bash "$here/../postgres/setup.sh" "$out/.postgres" >/dev/null
    bin=$out/.postgres/bin
    bin=$(cd "$bin" && pwd -P)
    server=$(mktemp -d)
    chmod 777 "$server"
    export PGHOST=127.0.0.1 PGUSER=postgres
    PGPORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    export PGPORT
    postgres initdb -D "$server/data" -U postgres -A trust -E UTF8 --no-sync --locale=C.UTF-8 >/dev/null
    postgres pg_ctl -D "$server/data" -w -l "$server/log" \
      -o "-p $PGPORT -c listen_addresses=127.0.0.1 -c unix_socket_directories='$server' -c fsync=off" start >/dev/null
  fi
  export PGDATABASE=$1
  "$bin/createdb" "$1"
}

# --- Programs ----------------------------------------------------------------------------
python() {
  local packages
  packages=$out/.python-$(sum "$here/requirements.txt")
  python3 -m pip --version >/dev/null 2>&1 || debian python3-pip
  once "$packages" python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
    --no-deps --target . -r "$here/requirements.txt"
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$packages:$here python3 make.py "$made"
}
node_modules() { cp "$here/package.json" "$here/package-lock.json" . && npm ci --legacy-peer-deps --ignore-scripts --no-audit --no-fund; }
javascript() {
  local packages
  packages=$out/.node-$(sum "$here/package-lock.json")
  once "$packages" node_modules
  # Modules are looked for from where the program is.
  mkdir -p "$packages/programs"
  cp "$here/common.mjs" "$packages/"
  rm -rf "$packages/programs/$name"
  cp -r . "$packages/programs/$name"
  cd "$packages"
  node "programs/$name/make.mjs" "$made"
}
jars() { mvn --quiet --batch-mode -f "$here/$name/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$PWD"; }
java_() {
  local packages
  packages=$out/.java-$name-$(sum pom.xml)
  command -v mvn >/dev/null || debian maven default-jdk-headless
  once "$packages" jars
  rm -rf "$packages/classes"
  javac -encoding UTF-8 -proc:none -parameters -nowarn -cp "$packages/*" -d "$packages/classes" "$here/Expected.java" ./*.java
  java -cp "$packages/classes:$packages/*:." Make "$made"
}

uses_server() { grep -qs PGDATABASE "$here/$1"/*.*; }
make_one() {
  cd "$here/$name"
  if [ -e make.py ]; then python
  elif [ -e make.mjs ]; then javascript
  elif [ -e pom.xml ]; then java_
  elif [ -e go.mod ]; then go run -mod=readonly . "$made"
  else
    debian $(cat debian.txt)
    ruby make.rb "$made"
  fi
  if uses_server "$name"; then
    "$bin/pg_dump" --no-owner --no-privileges -f "$made/store.sql"
    "$bin/pg_dump" --no-owner --no-privileges -Fc -f "$made/store.dump"
  fi
}

for name in "${names[@]}"; do
  made=$out/$name
  made_from=$(key "$name")
  [ "$(cat "$made/made-from" 2>/dev/null)" = "$made_from" ] && continue
  began=$SECONDS
  rm -rf "$made"
  mkdir -p "$made"
  unset PGDATABASE
  ! uses_server "$name" || database "$(echo "$name" | tr - _)"
  # In a shell of its own, which ends at the first command that fails.
  make_one >"$out/.log" 2>&1 &
  wait $! || { cat "$out/.log" >&2; echo "stores: $name failed" >&2; exit 1; }
  echo "$made_from" >"$made/made-from"
  echo "stores: $name made in $((SECONDS - began)) s"
done
echo "stores: ready in $out"
