#!/usr/bin/env bash
# `npm run brokers:install -- NAME…`: installs brokers that certstorm can start, as far as registries carry them, and says what it cannot.
# Nothing else of certstorm needs them. What is there already is left as it is. What is built goes to the cache folder, a folder each.
set -u
cd "$(dirname "$0")/.."
brokers="${CERTSTORM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/certstorm}/brokers"

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

needs() {
  local broker=$1 program=$2 from=$3
  command -v "$program" >/dev/null && return 0
  echo "$broker: there is no $program here to build it with; install $from" >&2
  return 1
}

# The folder that a broker is built into, and only then called by its name.
begin() {
  mkdir -p "$brokers" && chmod 700 "$brokers" && rm -rf "$brokers/$1.part" && mkdir "$brokers/$1.part"
}

# What is built from a program of ours is marked with that, so that certstorm knows when it has become an old one.
finish() {
  if [ -d "targets/$1" ]; then
    (cd "targets/$1" && export LC_ALL=C && cat ./* | sha256sum | cut -d ' ' -f 1) >"$brokers/$1.part/sources"
  fi
  rm -rf "${brokers:?}/$1" && mv "$brokers/$1.part" "$brokers/$1" && echo "$1: $brokers/$1"
}

install_mosquitto() {
  found mosquitto >/dev/null || apt_install mosquitto || return 1
  echo "mosquitto: $(found mosquitto)"
}

install_rabbitmq() {
  local server=/usr/lib/rabbitmq/bin/rabbitmq-server
  if [ ! -x "$server" ]; then
    apt_install rabbitmq-server || return 1
    # The package starts a service of its own where there is a service manager; certstorm starts its own and needs none.
    if command -v systemctl >/dev/null; then systemctl disable --now rabbitmq-server >/dev/null 2>&1; fi
  fi
  echo "rabbitmq: $server"
}

install_mochi() {
  needs mochi go 'Go 1.22 or later' || return 1
  begin mochi && (cd targets/mochi && go build -o "$brokers/mochi.part/mochi" .) && finish mochi
}

install_rumqttd() {
  needs rumqttd cargo 'Rust' || return 1
  # Not by its own lock file: what that names does not compile any more. Without the feature it looks at no certificate.
  begin rumqttd &&
    cargo install --quiet rumqttd --version 0.20.0 --features verify-client-cert --root "$brokers/rumqttd.part" &&
    finish rumqttd
}

install_hivemq() {
  needs hivemq mvn 'Maven' && needs hivemq javac 'a Java development kit, 17 or later' || return 1
  begin hivemq &&
    mvn -q -B -f targets/hivemq/pom.xml dependency:copy-dependencies -DoutputDirectory="$brokers/hivemq.part/lib" &&
    javac -cp "$brokers/hivemq.part/lib/*" -d "$brokers/hivemq.part/classes" targets/hivemq/*.java &&
    finish hivemq
}

if [ $# -eq 0 ]; then
  echo 'which brokers? One or more of: mosquitto rabbitmq mochi rumqttd hivemq' >&2
  exit 104
fi
failed=0
for broker in "$@"; do
  case $broker in
    mosquitto | rabbitmq | mochi | rumqttd | hivemq)
      "install_$broker" || {
        echo "$broker: not installed" >&2
        failed=1
      }
      ;;
    emqx)
      echo "emqx: no registry that is asked here carries it; start it yourself with what \`certstorm pki OUT --scenario FILE --for emqx\` writes, and storm it as target.kind: external" >&2
      failed=1
      ;;
    *)
      echo "$broker: no registry that is asked here carries it; start it yourself and storm it as target.kind: external" >&2
      failed=1
      ;;
  esac
done
exit "$failed"
