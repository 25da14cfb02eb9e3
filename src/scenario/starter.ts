/**
 * What `certstorm init` writes: a scenario to start from, which runs as it is. It names no schema file, for there is none beside it; it
 * says how to get one.
 */
export const starterScenario = `# A certstorm scenario. Run it:      npx certstorm run scenario.yaml
# Check it without running it:       npx certstorm validate scenario.yaml
# Completion in your editor:         npx certstorm schema > scenario.schema.json
#                                    and, as the first line of this file without the quotes:
#                                    "# yaml-language-server: $schema=./scenario.schema.json"

name: my-broker
description: Who gets in, who does not, and what it costs.

# Every draw of a run starts from the seed: the same seed gives the same clients and the same arrivals.
seed: 1
# How often everything is measured. Ten rounds and more make comparisons worth their name.
rounds: 1

corpus:
  algorithm: ecdsa-p256
  # Client certificates in all, shared out over the cohorts below by their weight. Made once, then reused.
  identities: 500
  # crlEntries: 10000       # pads the CRL with serial numbers that no one holds

target:
  # The broker that comes with certstorm. It runs in a process of its own, on this machine.
  kind: bundled
  # How it finds out that a certificate has been revoked: none, or crl-native (a CRL that OpenSSL checks in every handshake).
  revocation: crl-native
  # What it checks at CONNECT besides: none, or password-hash.
  connectAuth: none

load:
  # Attempts start on a schedule, whatever the broker does. The other models:
  # ramping-arrival-rate, constant-vus, ramping-vus (virtual users that wait for their answer).
  model: constant-arrival-rate
  rate: 100          # attempts per second
  duration: 5s
  warmup: 1s         # recorded nowhere

# Who connects. Each attempt is drawn from a cohort by its weight, and held against what the cohort expects.
cohorts:
  - name: good
    weight: 8
    expect: accept

  - name: expired
    defect: expired
    expect: reject-at-tls

  - name: revoked
    defect: revoked
    expect: reject-at-tls

  - name: no-certificate
    defect: no-certificate
    expect: reject-at-tls

# Measure more than one thing against another: every combination becomes a variant. Take the # away to try it.
# matrix:
#   corpus.crlEntries: [1000, 10000, 100000]

# What must hold; otherwise certstorm ends with exit code 99. A false accept ends with 91 in any case.
thresholds:
  - revoked.falseAccepts == 0
  - good.falseRejects == 0
  - good.authenticated.p99 < 1s
`;
