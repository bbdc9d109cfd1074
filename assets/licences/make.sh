#!/bin/sh
# Writes crates.txt: every crate that is built into the program for Linux, by its licence.
cd "$(dirname "$0")/../.." || exit 1
"${CARGO:-cargo}" tree --edges normal,build --target x86_64-unknown-linux-gnu --prefix none --format '{l}|{p}' |
    sed 's/ (\*)$//; s/ (proc-macro)$//; s/ (\/.*)$//' | grep -v '|eventglass ' | LC_ALL=C sort -u |
    awk -F'|' '$1 != last { if (last != "") print ""; print $1 ":"; last = $1 } { print "  " $2 }' >assets/licences/crates.txt
