import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtBroker } from './built-broker.ts';
import { freePort } from './free-port.ts';
import { startSpawned } from './spawned.ts';
import type { OwnTargetKind, TargetOrder } from './target.ts';

const what = 'rumqttd';

/** rumqttd of crates.io, behind rustls, built with the feature `verify-client-cert`. */
export const rumqttd: OwnTargetKind = {
  kind: 'rumqttd',
  revocation: ['none'],
  connectAuth: ['none'],
  transports: ['tls'],
  sessionTickets: [true],
  clientCertificates: ['required'],
  mqttVersions: ['3.1.1'],
  lacks: {
    'mqttVersion: 5': 'rumqttd has a listener for each version of MQTT, and is started with that of 3.1.1',
    'revocation: ocsp': 'rumqttd has no OCSP for client certificates',
    'revocation: crl-native': 'rumqttd has no CRLs',
    'revocation: crl-indexed': 'rumqttd has no CRLs, and no index of them',
    'connectAuth: password-hash': 'rumqttd has passwords in its configuration alone, and not hashed',
    'connectAuth: database': 'rumqttd looks no password up in a database',
    'connectAuth: webservice': 'rumqttd asks no webservice',
    'clientCertificates: none': 'rumqttd is built to demand certificates, or not to look at them at all',
    'sessionTickets: false': 'rumqttd has no option against session tickets',
  },
  async start(order, signal) {
    const program = builtBroker(order, 'rumqttd', what, 'bin/rumqttd');
    const port = await freePort(order.host, order.port);
    const configFile = join(order.workDir, 'rumqttd.toml');
    const logFile = join(order.workDir, 'rumqttd.log');
    await writeFile(configFile, configuration(order, port), { mode: 0o600 });
    return startSpawned(
      {
        what,
        program,
        args: ['--config', configFile, '--quiet'],
        port,
        logFile,
        readyWithinMs: 15_000,
        keepsakes: [
          { name: 'rumqttd.toml', path: configFile },
          { name: 'rumqttd.log', path: logFile },
        ],
        version: async () => `${(await promisify(execFile)(program, ['--version'])).stdout.trim()} on rustls`,
      },
      order,
      signal,
    );
  },
};

function configuration(order: TargetOrder, port: number): string {
  const file = (path: string) => JSON.stringify(path);
  return `# Written by certstorm for one run of its own.
id = 0

[router]
id = 0
max_connections = 100000
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10

[v4.1]
name = "certstorm"
listen = ${JSON.stringify(`${order.host}:${port}`)}
# Tuned: it would wait a millisecond after each connection.
next_connection_delay_ms = 0
    [v4.1.tls]
    capath = ${file(order.clientCaFile)}
    certpath = ${file(order.serverCertFile)}
    keypath = ${file(order.serverKeyFile)}
    [v4.1.connections]
    connection_timeout_ms = 60000
    max_payload_size = 20480
    max_inflight_count = 100
    dynamic_filters = true
`;
}
