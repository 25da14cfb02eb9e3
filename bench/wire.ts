/**
 * What an attempt costs the wire client: full TLS 1.3 handshake with a client certificate, MQTT CONNECT, CONNACK, DISCONNECT, close.
 *
 *   node bench/wire.ts --port P --ca FILE --identities DIR [--host H] [--seconds 5] [--at-once 50] [--rounds 3] [--warmup 2]
 *     [--modes verified,unverified,pooled] [--cipher-suites A,B]
 *
 * DIR holds NAME.crt and NAME.key. Prints CPU milliseconds (user and system) for each attempt: server verified, not verified, and not
 * verified with pooled key shares, in interleaved rounds.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Connection,
  connect,
  type Ending,
  prepareIdentity,
  prepareOffer,
  prepareTrust,
} from '../src/wire/index.ts';

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
    ca: { type: 'string' },
    identities: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    'at-once': { type: 'string', default: '50' },
    rounds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '2' },
    modes: { type: 'string', default: 'verified,unverified,pooled' },
    'cipher-suites': { type: 'string' },
  },
});
const { host, port, ca, identities } = values;
if (port === undefined || ca === undefined || identities === undefined) {
  process.stderr.write('bench/wire.ts needs --port, --ca and --identities\n');
  process.exit(104);
}
const folder = identities;
const suites = values['cipher-suites'];
// Node captures a stack for each error that its own type checks throw and catch; nobody reads them here.
Error.stackTraceLimit = 0;

const prepared = readdirSync(folder)
  .filter((name) => name.endsWith('.crt') && readdirSync(folder).includes(name.replace('.crt', '.key')))
  .filter((name) => !/^(ca|server)\./.test(name))
  .map((name) =>
    prepareIdentity({
      chain: [new X509Certificate(readFileSync(join(folder, name))).raw],
      key: createPrivateKey(readFileSync(join(folder, name.replace('.crt', '.key')))),
    }),
  );
const authority = readFileSync(ca, 'utf8');
const disconnect = Buffer.from([0xe0, 0]);

type Mode = { name: string; verifyServer: boolean; keyShares: 'fresh' | 'pooled' };
const modes: Mode[] = [
  { name: 'verified', verifyServer: true, keyShares: 'fresh' },
  { name: 'unverified', verifyServer: false, keyShares: 'fresh' },
  { name: 'pooled', verifyServer: false, keyShares: 'pooled' },
].filter((mode): mode is Mode => values.modes.split(',').includes(mode.name));

let sequence = 0;

function connectPacket(): Buffer {
  const id = Buffer.from(`wire${sequence}`);
  return Buffer.concat([
    Buffer.from([0x10, 12 + id.length, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, id.length]),
    id,
  ]);
}

async function storm(
  mode: Mode,
  seconds: number,
): Promise<{ attempts: number; failed: number; cpuMsPerAttempt: number }> {
  const trust = prepareTrust({ ca: authority, serverName: 'localhost', verifyServer: mode.verifyServer });
  const offer = prepareOffer({
    serverName: 'localhost',
    groups: ['x25519'],
    keyShares: mode.keyShares,
    ...(suites === undefined ? {} : { cipherSuites: suites.split(',') }),
  });
  let attempts = 0;
  let failed = 0;
  const until = performance.now() + seconds * 1000;
  const before = process.cpuUsage();
  const events = {
    onApplicationData(bytes: Uint8Array, connection: Connection) {
      if (bytes[0] === 0x20 && bytes[3] === 0) attempts++;
      else failed++;
      connection.close(disconnect);
    },
  };
  await Promise.all(
    Array.from(
      { length: Number(values['at-once']) },
      () =>
        new Promise<void>((resolve) => {
          const next = () => {
            if (performance.now() >= until) {
              resolve();
              return;
            }
            const identity = prepared[sequence++ % prepared.length];
            if (identity === undefined) throw new Error(`no NAME.crt with NAME.key in ${folder}`);
            connect(
              { host, port: Number(port), trust, offer, identity, applicationData: connectPacket() },
              {
                ...events,
                onEnd: (ending: Ending) => {
                  if (ending.kind !== 'local-close') {
                    failed++;
                    if (failed === 1) process.stderr.write(`${JSON.stringify(ending)}\n`);
                  }
                  setImmediate(next);
                },
              },
            );
          };
          next();
        }),
    ),
  );
  const used = process.cpuUsage(before);
  return { attempts, failed, cpuMsPerAttempt: (used.user + used.system) / 1000 / attempts };
}

// Until V8 has compiled the client there is nothing to measure.
for (const mode of modes) await storm(mode, Number(values.warmup));
const result: Record<string, { attempts: number; failed: number; cpuMsPerAttempt: number }[]> = {};
for (let round = 0; round < Number(values.rounds); round++)
  for (const mode of modes) {
    result[mode.name] ??= [];
    result[mode.name]?.push(await storm(mode, Number(values.seconds)));
  }
process.stdout.write(`${JSON.stringify(result)}\n`);
