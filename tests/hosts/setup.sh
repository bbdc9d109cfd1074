#!/usr/bin/env bash
# Makes ready what the programs of sample-stores/hosts need, in a folder outside the sources:
#
#     bash tests/hosts/setup.sh DIR
#     EVENTGLASS_HOSTS=DIR cargo test --test engine hosts_foreign
#
# DIR/account is the Go program, DIR/jackson has the jars for the Java one, DIR/python is a Python
# with the library eventsourcing. Ruby and Elixir are Debian's (tests/setup.sh). A second call with
# the same DIR ends at once.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: setup.sh DIR" >&2; exit 2; }
samples=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../sample-stores/hosts" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)

[ "$dir/account" -nt "$samples/account.go" ] || go build -o "$dir/account" "$samples/account.go"

if ! ls "$dir"/jackson/jackson-databind-*.jar >/dev/null 2>&1; then
  mvn -q -B dependency:copy-dependencies -f "$samples/pom.xml" -DoutputDirectory="$dir/jackson"
fi

works() { "$dir/python/bin/python3" -c 'import eventsourcing' >/dev/null 2>&1; }
if ! works; then
  rm -rf "$dir/python"
  python3 -m venv "$dir/python"
  "$dir/python/bin/pip" install --quiet --disable-pip-version-check eventsourcing==9.5.6
fi
works || { echo "hosts: eventsourcing does not load" >&2; exit 1; }
echo "hosts: ready in $dir"
