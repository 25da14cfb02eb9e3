#!/usr/bin/env bash
# Debian's Chromium, for the tests that open the report. Does nothing where one is installed already.
set -eu
for browser in chromium chromium-browser google-chrome; do
  if command -v "$browser" >/dev/null; then
    echo "$browser is installed: $("$browser" --version 2>/dev/null || echo 'version unknown')"
    exit 0
  fi
done
if ! command -v apt-get >/dev/null; then
  echo 'no Chromium and no apt-get here: the browser tests will be skipped by name' >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium >/dev/null
chromium --version
