#!/usr/bin/env bash
# Makes the bundles that tests/engine/ordinary_reducers.rs folds with, outside the checkout:
#
#     bash tests/reducers/bundle.sh DIR
#
# DIR/bundles/STREAM/*.mjs, *.cjs   small reducers with the libraries they use, by esbuild
# DIR/packages/STREAM/*.mjs         the same sources as they are, node_modules above them
# DIR/typescript/STREAM/*           the modules in TypeScript, types taken off by esbuild
#
# A second call with the same DIR installs nothing anew.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { echo "usage: bundle.sh DIR" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)

if ! cmp -s "$here/bundles/package-lock.json" "$dir/package-lock.json" || [ ! -x "$dir/node_modules/.bin/esbuild" ]; then
  as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends nodejs npm
  fi
  cp "$here/bundles/package.json" "$here/bundles/package-lock.json" "$dir"
  # esbuild's own program is one of its optional packages: no script has to run for it.
  (cd "$dir" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

rm -rf "$dir/bundles" "$dir/packages" "$dir/typescript"
export NODE_PATH="$dir/node_modules"
types='{"compilerOptions":{"experimentalDecorators":true,"useDefineForClassFields":true}}'
esbuild() { "$dir/node_modules/.bin/esbuild" --log-level=error --target=node20 --tsconfig-raw="$types" "$@"; }
cd "$here/bundles"
# As users are told to, and as others do.
esbuild */*.mjs */*.ts --bundle --format=esm --outdir="$dir/bundles" --outbase=. --out-extension:.js=.mjs
esbuild account/immer.mjs account/decimals.mjs cart/immutable.mjs cart/ramda.mjs sensor/serial.mjs tree/mobx.mjs \
  --bundle --format=cjs --outdir="$dir/bundles" --outbase=. --out-extension:.js=.cjs
esbuild account/toolkit.ts account/redux.mjs cart/lodash.mjs cart/zod.ts sensor/rxjs.mjs \
  --bundle --format=esm --minify --outdir="$dir/bundles" --outbase=. --out-extension:.js=.min.mjs
esbuild cart/machines.mjs account/dates.mjs \
  --bundle --format=cjs --minify --platform=node --outdir="$dir/bundles" --outbase=. --out-extension:.js=.min.cjs
for source in account/immer.mjs account/decimals.mjs cart/lodash.mjs cart/immutable.mjs sensor/rxjs.mjs; do
  mkdir -p "$dir/packages/$(dirname "$source")"
  cp "$source" "$dir/packages/$source"
done
# For a bare Node, which reads no types.
cd "$here/modules"
for source in */*.ts */*.mts */*.cts; do
  case "$source" in
    *.cts | */commonjs.ts) esbuild "$source" --bundle --format=cjs --outfile="$dir/typescript/$source.cjs" ;;
    *) esbuild "$source" --bundle --format=esm --outfile="$dir/typescript/$source.mjs" ;;
  esac
done
echo "reducers: bundles in $dir"
