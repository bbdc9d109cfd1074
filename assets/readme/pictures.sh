#!/usr/bin/env bash
# Takes the README's pictures from the real window: `bash assets/readme/pictures.sh [PROGRAM]`.
# Needs what tests/setup.sh installs, and ImageMagick's import.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-target/release/eventglass}")
home=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$home"' EXIT
mkdir -p -m 700 "$home/run" "$home/data"
echo '{"theme":"dark"}' > "$home/data/settings.json"
export EVENTGLASS_HOME="$home" XDG_RUNTIME_DIR="$home/run" LIBGL_ALWAYS_SOFTWARE=1 TZ=UTC
unset WAYLAND_DISPLAY

mkfifo "$home/number"
Xvfb -displayfd 3 -screen 0 1440x900x24 +extension GLX -nolisten tcp 3> "$home/number" 2> "$home/log" &
read -r number < "$home/number"
export DISPLAY=":$number"
openbox 2> "$home/log" &
until xdotool get_num_desktops > "$home/log" 2>&1; do sleep 0.1; done

# picture NAME "KEYS" ARGUMENTS…
picture() {
  local name=$1 keys=$2 window key
  shift 2
  "$program" --new-window "$@" &
  local pid=$!
  until window=$(xdotool search --onlyvisible --pid $pid 2> "$home/log" | tail -n 1) && [ -n "$window" ]; do sleep 0.2; done
  xdotool windowactivate --sync "$window"
  sleep 3
  for key in F11 $keys; do xdotool key "$key"; sleep 1; done
  xdotool mousemove 1439 899
  sleep 3
  import -window root -strip "assets/readme/$name.png"
  kill $pid
  wait $pid || true
}

bank=sample-stores/bank/bank.db
reducers=sample-stores/bank/reducers.mjs
picture welcome ""
picture window "" "$bank" --stream account-1042 --at 57 --reducer "$reducers"
picture compare "a Right Right Right Right Right Right Right Right d 2" "$bank" --stream account-1042 --at 49 --reducer "$reducers"
