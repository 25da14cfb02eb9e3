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
  connectAuth: ['none', 'memory'],
  transports: ['tls', 'wss', 'tcp'],
  sessionTickets: [true],
  clientCertificates: ['required'],
  mqttVersions: ['3.1.1'],
  tlsVersions: false,
  heeds: [],
  lacks: {
    'mqttVersion: 5': 'rumqttd has a listener for each version of MQTT, and is started with that of 3.1.1',
    'revocation: ocsp-cached': 'rumqttd has no OCSP for client certificates',
    'revocation: ocsp-stapled': 'rumqttd has no OCSP for client certificates',
    'revocation: allow-list': 'rumqttd has no list of the certificates that may come in',
    'revocation: ocsp': 'rumqttd has no OCSP for client certificates',
    'revocation: crl-native': 'rumqttd has no CRLs',
    'revocation: crl-indexed': 'rumqttd has no CRLs, and no index of them',
    'connectAuth: password-hash':
      'rumqttd has passwords in its configuration alone, and not hashed (connectAuth memory)',
    'connectAuth: certificate': 'rumqttd looks nobody up by the name in a certificate',
    'connectAuth: database': 'rumqttd looks no password up in a database',
    'connectAuth: webservice': 'rumqttd asks no webservice',
    'clientCertificates: none': 'rumqttd is built to demand certificates, or not to look at them at all',
    'sessionTickets: false': 'rumqttd has no option against session tickets',
    tlsVersions: 'rumqttd has no option for the versions of TLS: it speaks what rustls does, 1.2 and 1.3',
    'broker.slowdown': 'rumqttd cannot be made slower on purpose',
    'broker.limits': 'rumqttd limits neither connections a second nor handshakes in flight',
    'broker.authorization': 'rumqttd has no rules by what is in a certificate',
  },
  async start(order, signal) {
    const program = builtBroker(order, 'rumqttd', what, 'bin/rumqttd');
    const port = await freePort(order.host, order.port);
    const configFile = join(order.workDir, 'rumqttd.toml');
    const logFile = join(order.workDir, 'rumqttd.log');
    const keptFile = join(order.workDir, 'kept.toml');
    await writeFile(configFile, configuration(order, port, 'with'), { mode: 0o600 });
    await writeFile(keptFile, configuration(order, port, 'without'), { mode: 0o600 });
    return startSpawned(
      {
        what,
        program,
        args: ['--config', configFile, '--quiet'],
        port,
        logFile,
        readyWithinMs: 15_000,
        tuned: ['next_connection_delay_ms = 0', 'max_connections = 100000'],
        keepsakes: [
          { name: 'rumqttd.toml', path: keptFile },
          { name: 'rumqttd.log', path: logFile },
        ],
        remarks:
          order.connectAuth === 'memory'
            ? ['it says nothing to a wrong password: it closes without a CONNACK']
            : [],
        version: async () => `${(await promisify(execFile)(program, ['--version'])).stdout.trim()} on rustls`,
      },
      order,
      signal,
    );
  },
};

/** Without passwords it is what the run's folder keeps. */
function configuration(order: TargetOrder, port: number, passwords: 'with' | 'without'): string {
  const file = (path: string) => JSON.stringify(path);
  const listener = order.transport === 'wss' ? 'ws.1' : 'v4.1';
  const tls = `    [${listener}.tls]
    capath = ${file(order.clientCaFile)}
    certpath = ${file(order.serverCertFile)}
    keypath = ${file(order.serverKeyFile)}
`;
  const { clientIds, password } = order.users;
  const users = clientIds
    .map((name) => `    ${JSON.stringify(name)} = ${JSON.stringify(password)}\n`)
    .join('');
  return `# Written by certstorm for one run of its own.
id = 0

[router]
id = 0
max_connections = 100000
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10

[${listener}]
name = "certstorm"
listen = ${JSON.stringify(`${order.host}:${port}`)}
# Tuned: it would wait a millisecond after each connection.
next_connection_delay_ms = 0
${order.transport === 'tcp' ? '' : tls}    [${listener}.connections]
    connection_timeout_ms = 60000
    max_payload_size = 20480
    max_inflight_count = 100
    dynamic_filters = true
${
  order.connectAuth !== 'memory'
    ? ''
    : passwords === 'with'
      ? `    [${listener}.connections.auth]\n${users}`
      : `# Here stand the names and passwords of ${clientIds.length} users: [${listener}.connections.auth]\n`
}`;
}
