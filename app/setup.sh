# What app/run.sh, tests/run.sh and .ci/run share: the packages and the build. Source it from bash.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc)

say() { echo "poolscope: $*"; }

# fail MESSAGE: the one line that says why nothing more happens.
fail() {
  say "$*" >&2
  exit 1
}

# packages SECTION...: the names listed in those sections of packages.txt.
packages() {
  awk -v wanted=" $* " '
    { sub(/#.*/, ""); gsub(/[ \t\r]/, "") }
    /^\[/ { section = substr($0, 2, length($0) - 2); next }
    $0 != "" && index(wanted, " " section " ") { print }' "$root/app/packages.txt"
}

# missing_packages SECTION...: those of them that are not installed.
missing_packages() {
  comm -23 <(packages "$@" | sort -u) \
    <(packages "$@" | xargs dpkg-query -W -f='${Package} ${db:Status-Status}\n' 2>/dev/null |
      awk '$2 == "installed" { print $1 }' | sort -u)
}

# as_root COMMAND...: runs it as root, by sudo where that is needed.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env "$@"
  elif command -v sudo >/dev/null; then
    sudo env "$@"
  else
    echo "neither root nor sudo" && return 1
  fi
}

# apt_get ARGUMENT...: asks nothing, and waits for another apt to finish.
apt_get() {
  as_root DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

# install_packages SECTION...: installs what is missing; calls apt only where something is.
install_packages() {
  local missing log
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    fail "this set-up needs Debian's apt; install by hand: $(packages "$@" | xargs)"
  fi
  missing=$(missing_packages "$@" | xargs)
  [ -n "$missing" ] || return 0
  say "installing $(wc -w <<<"$missing") Debian packages: $missing"
  log=$(mktemp)
  # A source that cannot be refreshed may still offer every package, so the installation decides.
  apt_get update >"$log" 2>&1 </dev/null || true
  # shellcheck disable=SC2086
  apt_get install --no-install-recommends $missing >>"$log" 2>&1 </dev/null || true
  missing=$(missing_packages "$@" | xargs)
  if [ -n "$missing" ]; then
    fail "cannot install $missing: $(grep -E '^E:|root|sudo' "$log" | tail -n 1) (all of it: $log)"
  fi
  rm -f "$log"
}

# configured PRESET [OPTION...]: whether its build folder is ready, of this place and with the options.
configured() {
  local cache="$root/build/$1/CMakeCache.txt" line
  [ -f "$root/build/$1/build.ninja" ] || return 1
  shift
  for line in "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "${@#-D}"; do
    grep -qsxF -- "$line" "$cache" || return 1
  done
}

# configure PRESET [OPTION...]: afresh where the folder came from another place (a copied or moved tree).
configure() {
  local cache="$root/build/$1/CMakeCache.txt"
  if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
    rm -rf "${root:?}/build/$1"
  fi
  (cd "$root" && cmake --preset "$@" --log-level=WARNING >/dev/null) ||
    fail "build/$1 cannot be configured"
}

# build PRESET TARGET...: says so where it may take minutes; what ninja and compilers print is shown only
# where it failed, as warnings are errors.
build() {
  local preset=$1 output
  shift
  if [ ! -f "$root/build/$preset/.ninja_log" ]; then
    say "building $* in build/$preset; the first time takes a few minutes"
  fi
  output=$(cmake --build "$root/build/$preset" --parallel "$jobs" --target "$@" -- --quiet 2>&1) || {
    echo "$output" >&2
    fail "the build failed"
  }
}
