# What the steps share: headings, the temporary folder, cleaning up.

export CI=true CARGO_TERM_COLOR=never DEBIAN_FRONTEND=noninteractive GOFLAGS='' GOTOOLCHAIN=local
exec </dev/null

# Tools of this script alone. The one target folder holds them too.
TOOLS=$PWD/target/ci
mkdir -p "$TOOLS/bin"
export PATH=$TOOLS/bin:$TOOLS/node_modules/.bin:$PATH

WORK=$(mktemp -d "${TMPDIR:-/tmp}/lianbang-ci.XXXXXX")
# The database's own user reaches its folder below.
chmod 711 "$WORK"

STEP=
STEP_STARTED=0

# A heading with the time since the start, after the time that the step before it took.
step() {
  if [ -n "$STEP" ]; then
    printf -- '-- %s: %d s\n' "$STEP" $((SECONDS - STEP_STARTED))
  fi
  STEP=$1
  STEP_STARTED=$SECONDS
  printf '\n== %s (at %d:%02d)\n' "$STEP" $((SECONDS / 60)) $((SECONDS % 60))
}

fail() {
  printf 'ci: %s\n' "$*" >&2
  exit 1
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Ends what was started, whatever way the script ends.
clean_up() {
  local status=$?
  set +e
  trap - EXIT INT TERM
  stop_demo
  stop_postgres
  rm -rf "$WORK"
  if [ "$status" -ne 0 ]; then
    printf 'ci: failed in step "%s"\n' "$STEP" >&2
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
