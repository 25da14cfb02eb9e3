import { readFileSync } from 'node:fs';
import { openStorm } from '../../src/storm/storm.ts';

/** A process that storms with more virtual users than it may have sockets: `few-descriptors.ts PORT CA`. */
const [port, ca = ''] = process.argv.slice(2);
const storm = await openStorm({
  workers: 1,
  serverCa: readFileSync(ca, 'utf8'),
  cohorts: [
    {
      name: 'bare',
      driver: 'node',
      identities: [{ clientId: 'bare', key: null, chain: [] }],
      password: null,
    },
  ],
});
const { recording } = await storm.run({
  address: { host: '127.0.0.1', port: Number(port) },
  serverName: 'localhost',
  seed: 1,
  weights: [1],
  schedule: { model: 'constant-vus', vus: 80 },
  durationMs: 400,
  maxInFlight: 1_000,
  attemptTimeoutMs: 3_000,
  gracefulStopMs: 3_000,
}).done;
await storm.close();
process.stdout.write(JSON.stringify(recording, (key, value) => (key === 'histogram' ? undefined : value)));
