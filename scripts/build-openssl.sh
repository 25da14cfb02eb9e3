#!/usr/bin/env bash
# An `openssl` command of the minor version that Node has built in, for `npm run limbo`: Node has no such command, and a distribution's
# may be older. Takes about three minutes and once; wants cargo (which fetches the sources from crates.io), perl, make and a C compiler.
# Puts it into ${XDG_CACHE_HOME:-~/.cache}/certstorm-openssl/VERSION/openssl.
set -eu

# crates.io: openssl-src 300.5 carries the sources of OpenSSL 3.5.
crate='~300.5'
target=${XDG_CACHE_HOME:-$HOME/.cache}/certstorm-openssl

for tool in cargo perl make cc; do
  if ! command -v "$tool" >/dev/null; then
    echo "build-openssl: $tool is not here: apt-get install -y cargo perl make gcc" >&2
    exit 1
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/src"
printf 'fn main() {}\n' >"$work/src/main.rs"
printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[build-dependencies]\nopenssl-src = "%s"\n' "$crate" >"$work/Cargo.toml"
(cd "$work" && cargo vendor --quiet vendor >/dev/null)

# Cargo's vendor folder names a crate without its version where there is one only.
sources=$work/vendor/openssl-src/openssl
# shellcheck source=/dev/null
version=$(. "$sources/VERSION.dat" && echo "$MAJOR.$MINOR.$PATCH")
if [ -x "$target/$version/openssl" ]; then
  echo "openssl $version is there: $target/$version/openssl"
  exit 0
fi

cd "$sources"
echo "building openssl $version, which takes a few minutes"
./Configure no-shared no-tests no-docs no-legacy no-module no-dso >"$work/log" 2>&1 &&
  make -j"$(nproc)" build_generated >>"$work/log" 2>&1 &&
  make -j"$(nproc)" apps/openssl >>"$work/log" 2>&1 || {
  tail -20 "$work/log" >&2
  exit 1
}
mkdir -p "$target/$version"
# Moved into place whole: a build that is cut short leaves nothing that looks like a command.
cp apps/openssl "$target/$version/openssl.new"
mv "$target/$version/openssl.new" "$target/$version/openssl"
"$target/$version/openssl" version
