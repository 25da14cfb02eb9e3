#!/usr/bin/env bash
# `npm run brokers:install -- NAME…`: installs brokers that certstorm can start, as far as registries carry them, and says what it cannot.
# Nothing else of certstorm needs them. What is there already is left as it is.
set -u
cd "$(dirname "$0")/.."

apt_install() {
  local package=$1
  if ! command -v apt-get >/dev/null; then
    echo "$package: there is no apt-get here; install it with this system's own package manager" >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "$package: only root may install packages; run \`apt-get install $package\` as root" >&2
    return 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package" >/dev/null
}

found() {
  PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1"
}

install_mosquitto() {
  found mosquitto >/dev/null || apt_install mosquitto || return 1
  echo "mosquitto: $(found mosquitto)"
}

if [ $# -eq 0 ]; then
  echo 'which brokers? One or more of: mosquitto' >&2
  exit 104
fi
failed=0
for broker in "$@"; do
  case $broker in
    mosquitto) "install_$broker" || failed=1 ;;
    *)
      echo "$broker: no registry that is asked here carries it; start it yourself and storm it as target.kind: external" >&2
      failed=1
      ;;
  esac
done
exit "$failed"
