# What the steps need beyond toolchains, in fixed versions: buf here, the Go tools in .ci/tools/go.mod.

BUF_VERSION=1.75.0

install_debian() {
  local packages=()
  command -v cc >/dev/null || packages+=(build-essential)
  command -v git >/dev/null || packages+=(git)
  postgres_bin >/dev/null || packages+=(postgresql)
  [ ${#packages[@]} -gt 0 ] || return 0
  [ "$(id -u)" -eq 0 ] || fail "not root, and missing: ${packages[*]}"
  # The package would start a server of its own; the suite has one in a temporary folder.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/none.conf
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

install_buf() {
  [ "$("$TOOLS/node_modules/.bin/buf" --version 2>/dev/null)" != "$BUF_VERSION" ] || return 0
  npm install --prefix "$TOOLS" --no-save --no-audit --no-fund --loglevel=error "@bufbuild/buf@$BUF_VERSION"
}

# api-linter and grpcurl.
install_go_tools() {
  (cd .ci/tools && go build -o "$TOOLS/bin/" tool)
}

show_versions() {
  rustc --version
  cargo clippy --version
  cargo fmt --version
  echo "buf $(buf --version)"
  "$(postgres_bin)/postgres" --version
}
