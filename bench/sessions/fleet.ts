import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { openStorm, type Storm } from '../../src/storm/storm.ts';

/** Certificates for so many sessions, and a few more: the last ones need not look for long for a client that is free. */
export function fleetCorpus(sessions: number, seed: number, folder: string): Promise<Corpus> {
  return makeCorpus(
    {
      seed,
      algorithm: 'ecdsa-p256',
      crlEntries: 0,
      cohorts: [{ name: 'good', defect: 'none', identities: sessions + 100 }],
    },
    { cacheDir: join(folder, 'cache') },
  );
}

/** A storm of one worker, whose clients stay and say nothing. */
export function holdingStorm(corpus: Corpus, driver: string): Promise<Storm> {
  return openStorm({
    workers: 1,
    serverCa: readFileSync(corpus.serverCaFile, 'utf8'),
    cohorts: [
      {
        name: 'good',
        driver,
        identities: corpus.cohorts[0]?.identities ?? [],
        password: null,
        session: { holdMs: Infinity, keepAliveMs: 3_600_000, publish: null, subscribe: [], ungraceful: 0 },
      },
    ],
  });
}

/** A bare sink, in a process of its own, which the caller ends. */
export async function fleetSink(corpus: Corpus): Promise<{ port: number; sink: ChildProcess }> {
  const files = [corpus.serverCertFile, corpus.serverKeyFile, corpus.clientCaFile];
  const sink = fork(new URL('../storm/sink.ts', import.meta.url).pathname, files, { silent: true });
  const [port] = (await once(sink.stdout ?? sink, 'data')) as [Buffer];
  return { port: Number(port.toString()), sink };
}
