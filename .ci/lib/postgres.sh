# A PostgreSQL server of our own: the system's programs, a temporary folder, a free port, an unprivileged user. It keeps fsync on,
# as in use.

POSTGRES_URL=
POSTGRES_DIR=

# Folder of the newest server programs.
postgres_bin() {
  local initdb
  initdb=$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
  [ -n "$initdb" ] && dirname "$initdb"
}

# The server refuses to run as root.
as_postgres() {
  if [ "$(id -u)" -ne 0 ]; then
    "$@"
  elif id postgres >/dev/null 2>&1; then
    runuser -u postgres -- "$@"
  else
    runuser -u nobody -- "$@"
  fi
}

start_postgres() {
  local bin port password
  bin=$(postgres_bin) || fail "there is no PostgreSQL"
  port=$(free_port)
  password=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
  POSTGRES_DIR=$WORK/postgres
  mkdir -m 700 "$POSTGRES_DIR"
  echo "$password" >"$POSTGRES_DIR/password"
  if [ "$(id -u)" -eq 0 ]; then
    chown -R "$(as_postgres id -un)" "$POSTGRES_DIR"
  fi
  (
    cd /
    as_postgres "$bin/initdb" --pgdata="$POSTGRES_DIR/data" --locale=C.UTF-8 --encoding=UTF8 --username=lianbang \
      --auth=scram-sha-256 --pwfile="$POSTGRES_DIR/password" >"$WORK/initdb.log" 2>&1
  ) || { cat "$WORK/initdb.log" >&2; fail "initdb"; }
  rm "$POSTGRES_DIR/password"
  (
    cd /
    as_postgres "$bin/pg_ctl" start --wait --timeout=60 --pgdata="$POSTGRES_DIR/data" --log="$POSTGRES_DIR/log" --silent \
      --options="-p $port -k $POSTGRES_DIR -c listen_addresses=127.0.0.1 -c max_connections=400"
  ) || { cat "$POSTGRES_DIR/log" >&2; fail "PostgreSQL did not start"; }
  POSTGRES_URL=postgres://lianbang:$password@127.0.0.1:$port/postgres
  echo "serving on 127.0.0.1:$port"
}

stop_postgres() {
  [ -n "$POSTGRES_DIR" ] && [ -e "$POSTGRES_DIR/data/postmaster.pid" ] || return 0
  (cd / && as_postgres "$(postgres_bin)/pg_ctl" stop --wait --mode=immediate --pgdata="$POSTGRES_DIR/data" --silent)
}
