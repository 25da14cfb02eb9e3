#!/usr/bin/env bash
# PostgreSQL and Redis for CONNECT checks against a database: `up` starts what of them is installed, on loopback ports of their own, with
# everything they write in one folder; `down` ends them and removes the folder; `install` gets them from Debian. Each can be done twice.
# Without systemd, and nothing of the machine's own clusters is touched.
set -euo pipefail

pg_port=${CERTSTORM_POSTGRES_PORT:-55432}
redis_port=${CERTSTORM_REDIS_PORT:-56379}
home=${CERTSTORM_SERVICES_DIR:-${TMPDIR:-/tmp}/certstorm-services-$(id -u)}
pg_data=$home/postgres
redis_dir=$home/redis

# Neither server may or should be root's.
as() {
  local user=$1
  shift
  if [ "$(id -u)" -ne 0 ]; then
    "$@"
  elif id "$user" >/dev/null 2>&1; then
    (cd / && exec runuser -u "$user" -- "$@")
  else
    (cd / && exec runuser -u nobody -- "$@")
  fi
}

# A control group of their own (cgroup v2) where this user may make one: the kernel's second account of a server of thirty processes, which
# ticks of 10 ms cannot give. Empty where there is none.
group_of() {
  local mount path
  mount=$(awk '$4 == "/" && / - cgroup2 / { print $5; exit }' /proc/self/mountinfo 2>/dev/null) || return 0
  path=$(sed -n 's/^0:://p' /proc/self/cgroup 2>/dev/null) || return 0
  if [ -z "$mount" ] || [ -z "$path" ]; then return 0; fi
  printf '%s' "${mount%/}${path%/}/certstorm-$1"
}

# Runs a command in that group, or where it is if it may not go there.
grouped() {
  local group
  group=$(group_of "$1")
  shift
  (
    if [ -n "$group" ] && mkdir -p "$group" 2>/dev/null; then
      echo "$BASHPID" 2>/dev/null >"$group/cgroup.procs" || true
    fi
    "$@"
  )
}

folder_of() {
  local user=$1 dir=$2
  mkdir -p "$dir"
  chmod 700 "$dir"
  if [ "$(id -u)" -eq 0 ]; then
    id "$user" >/dev/null 2>&1 || user=nobody
    chown "$user" "$dir"
  fi
}

# The name is known beforehand, so somebody else may have made it.
own_home() {
  mkdir -p "$home"
  if [ -L "$home" ] || ! [ -O "$home" ]; then
    echo "$home is not this user's own: name another by CERTSTORM_SERVICES_DIR" >&2
    exit 1
  fi
}

# The newest PostgreSQL of Debian, or the one on the path; empty where there is none.
pg_bin() {
  local dir
  dir=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  if [ -z "$dir" ] && command -v pg_ctl >/dev/null; then dir=$(dirname "$(command -v pg_ctl)"); fi
  printf '%s' "$dir"
}

pg_up() {
  local bin
  bin=$(pg_bin)
  if [ -z "$bin" ]; then
    echo 'PostgreSQL is not installed: what needs it is skipped by name (bash scripts/services.sh install)'
    return
  fi
  if "$bin/pg_isready" -q -h 127.0.0.1 -p "$pg_port"; then
    echo "PostgreSQL is up on port $pg_port"
    return
  fi
  folder_of postgres "$pg_data"
  if ! [ -s "$pg_data/PG_VERSION" ]; then
    as postgres "$bin/initdb" -D "$pg_data" -U postgres --auth=trust -E UTF8 --no-sync >/dev/null
    # Whoever is on this machine may use the one database, which holds nothing of worth; the superuser is reached over the socket in
    # this folder, which is its owner's only.
    printf '%s\n' 'local all postgres trust' 'host certstorm certstorm 127.0.0.1/32 trust' |
      as postgres tee "$pg_data/pg_hba.conf" >/dev/null
    as postgres tee -a "$pg_data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
port = $pg_port
unix_socket_directories = '$pg_data'
max_connections = 200
fsync = off
shared_preload_libraries = 'pg_stat_statements'
CONF
  fi
  grouped "postgres-$pg_port" as postgres "$bin/pg_ctl" -D "$pg_data" -l "$pg_data/log" -w -t 30 start >/dev/null || {
    as postgres tail -n 20 "$pg_data/log" >&2
    return 1
  }
  local psql=("$bin/psql" -q -h "$pg_data" -p "$pg_port" -U postgres)
  if [ -z "$(as postgres "${psql[@]}" -Atc "SELECT 1 FROM pg_roles WHERE rolname = 'certstorm'" postgres)" ]; then
    as postgres "${psql[@]}" -c 'CREATE ROLE certstorm LOGIN' postgres
    as postgres "${psql[@]}" -c 'CREATE DATABASE certstorm OWNER certstorm' postgres
    as postgres "${psql[@]}" -c 'CREATE EXTENSION pg_stat_statements' certstorm
  fi
  echo "PostgreSQL is up on port $pg_port"
}

redis_up() {
  if ! command -v redis-server >/dev/null; then
    echo 'Redis is not installed: what needs it is skipped by name (bash scripts/services.sh install)'
    return
  fi
  if [ "$(redis-cli -h 127.0.0.1 -p "$redis_port" ping 2>/dev/null)" = PONG ]; then
    echo "Redis is up on port $redis_port"
    return
  fi
  folder_of redis "$redis_dir"
  as redis redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$redis_dir" --save '' --appendonly no \
    --daemonize yes --pidfile "$redis_dir/pid" --logfile "$redis_dir/log" >/dev/null
  for _ in $(seq 100); do
    if [ "$(redis-cli -h 127.0.0.1 -p "$redis_port" ping 2>/dev/null)" = PONG ]; then
      echo "Redis is up on port $redis_port"
      return
    fi
    sleep 0.1
  done
  echo "Redis does not answer on port $redis_port:" >&2
  tail -n 20 "$redis_dir/log" >&2
  return 1
}

down() {
  local bin
  bin=$(pg_bin)
  if [ -s "$pg_data/postmaster.pid" ] && [ -n "$bin" ]; then
    as postgres "$bin/pg_ctl" -D "$pg_data" -m fast -w stop >/dev/null || true
  fi
  local group
  group=$(group_of "postgres-$pg_port")
  if [ -n "$group" ] && [ -d "$group" ]; then rmdir "$group" 2>/dev/null || true; fi
  # Only a Redis that this script has started has its pid file here.
  if [ -s "$redis_dir/pid" ]; then
    local pid
    pid=$(cat "$redis_dir/pid")
    redis-cli -h 127.0.0.1 -p "$redis_port" shutdown nosave >/dev/null 2>&1 || true
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
  fi
  if [ -O "$home" ]; then rm -rf "$home"; fi
  echo 'PostgreSQL and Redis are down'
}

install() {
  if [ -n "$(pg_bin)" ] && command -v redis-server >/dev/null; then
    echo 'PostgreSQL and Redis are installed'
    return
  fi
  if ! command -v apt-get >/dev/null; then
    echo 'no apt-get here: what needs PostgreSQL or Redis is skipped by name' >&2
    return
  fi
  # The packages would start servers of their own.
  local policy=/usr/sbin/policy-rc.d
  if ! [ -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    # shellcheck disable=SC2064
    trap "rm -f $policy" EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends postgresql redis-server >/dev/null
}

case ${1:-} in
  up)
    own_home
    pg_up
    redis_up
    ;;
  down) down ;;
  install) install ;;
  *)
    echo 'usage: services.sh up|down|install' >&2
    exit 104
    ;;
esac
