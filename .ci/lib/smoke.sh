# The README's first command, as a stranger would run it: it serves, its three grpcurl lines answer, and it stops when told.

DEMO_PID=
DEMO_SECONDS=60

smoke_demo() {
  cargo build --release
  local port line lines status
  port=$(free_port)
  : >"$WORK/demo.out"
  LIANBANG_SERVER__METRICS_LISTEN=127.0.0.1:0 \
    cargo run --release -- demo --data-dir "$WORK/demo" --listen "127.0.0.1:$port" >"$WORK/demo.out" 2>"$WORK/demo.err" &
  # cargo gives its process to the program, so the signal below reaches the program itself.
  DEMO_PID=$!
  until_demo_serves "$port"

  mapfile -t lines < <(grep '^grpcurl ' "$WORK/demo.out")
  for line in "${lines[@]}"; do
    echo "+ $line"
    timeout 30 bash -c "$line" >"$WORK/demo.answer" 2>&1 || { cat "$WORK/demo.answer" >&2; demo_failed "this line failed: $line"; }
    head -c 400 "$WORK/demo.answer"
    echo
  done

  kill -TERM "$DEMO_PID"
  local given_up=$((SECONDS + 30))
  while kill -0 "$DEMO_PID" 2>/dev/null; do
    [ $SECONDS -lt $given_up ] || demo_failed "demo did not stop within 30 s of SIGTERM"
    sleep 0.2
  done
  status=0
  wait "$DEMO_PID" || status=$?
  [ "$status" -eq 0 ] || demo_failed "demo ended with exit code $status after SIGTERM"
  DEMO_PID=
  echo "demo stopped with exit code 0"
}

# The address answers, and all of the lines stand there.
until_demo_serves() {
  local given_up=$((SECONDS + DEMO_SECONDS))
  until [ "$(grep -c '^grpcurl ' "$WORK/demo.out")" -ge 3 ] && (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    kill -0 "$DEMO_PID" 2>/dev/null || demo_failed "demo ended before it served"
    [ $SECONDS -lt $given_up ] || demo_failed "demo does not serve, or did not print three grpcurl lines, within $DEMO_SECONDS s"
    sleep 0.5
  done
}

demo_failed() {
  tail -n 40 "$WORK/demo.out" "$WORK/demo.err" >&2
  fail "$1"
}

stop_demo() {
  [ -n "$DEMO_PID" ] || return 0
  kill -KILL "$DEMO_PID" 2>/dev/null
  wait "$DEMO_PID" 2>/dev/null
}
