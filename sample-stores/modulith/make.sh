#!/bin/bash
# Makes workshop.dump and expected.json with the real Spring Modulith on a real PostgreSQL, which
# it starts in a temporary folder and stops again.
#
#     bash make.sh [FOLDER]
#
# Needs Java 17, Maven and PostgreSQL 15 (Debian: openjdk-17-jdk-headless maven postgresql-15).
# As root the server runs as the user `postgres`, who must be there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${1:-$here}" && cd "${1:-$here}" && pwd)
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
(cd "$work" && "${as[@]}" "$bin/initdb" -D "$work/data" -U workshop --auth=trust -E UTF8 --locale=C > "$work/initdb.log")
(cd "$work" && "${as[@]}" "$bin/pg_ctl" -D "$work/data" -w -o "-p $port -k $work -h 127.0.0.1" -l "$work/server.log" start > "$work/start.log")
"$bin/createdb" -h 127.0.0.1 -p "$port" -U workshop workshop

mkdir "$work/app"
cp -r "$here/pom.xml" "$here/src" "$work/app"
cd "$work/app"
mvn -q -B -ntp dependency:build-classpath -Dmdep.outputFile=classpath.txt
javac -proc:none -parameters --release 17 -cp "$(cat classpath.txt)" -d classes src/main/java/workshop/*.java
cp src/main/resources/* classes
java -Duser.timezone=UTC -cp "classes:$(cat classpath.txt)" workshop.Workshop \
  --spring.datasource.url="jdbc:postgresql://127.0.0.1:$port/workshop" --spring.datasource.username=workshop

"$bin/pg_dump" -h 127.0.0.1 -p "$port" -U workshop --no-owner --no-privileges -Fc -f "$out/workshop.dump" workshop
cp expected.json "$out/expected.json"
