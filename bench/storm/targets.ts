import { type ChildProcess, fork } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Corpus } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { writeIdentities } from './identities.ts';

/** Where to storm, and as whom. */
export type BenchTarget = {
  ip: string;
  port: number;
  serverName: string;
  /** PEM: the roots that the clients trust. */
  caFile: string;
  /** A folder of `NAME.crt` and `NAME.key`. */
  identities: string;
};

/** The flags that name a target of the caller's own, for `parseArgs`. */
export const targetFlags = {
  host: { type: 'string' },
  port: { type: 'string' },
  ca: { type: 'string' },
  identities: { type: 'string' },
  'server-name': { type: 'string' },
  'allow-remote': { type: 'boolean', default: false },
} as const;

type GivenFlags = {
  host?: string | undefined;
  port?: string | undefined;
  ca?: string | undefined;
  identities?: string | undefined;
  'server-name'?: string | undefined;
  'allow-remote'?: boolean | undefined;
};

/** The target that the flags name; undefined where they name none. Throws with a sentence when they name half of one. */
export async function givenTarget(flags: GivenFlags): Promise<BenchTarget | undefined> {
  const { host, port, ca, identities } = flags;
  if ([host, port, ca, identities].every((flag) => flag === undefined)) return undefined;
  if (port === undefined || ca === undefined || identities === undefined)
    throw new Error('a target of your own needs --port N, --ca FILE and --identities DIR together');
  const ip = (await lookup(host ?? '127.0.0.1')).address;
  const loopback = ip.startsWith('127.') || ip === '::1';
  if (!loopback && flags['allow-remote'] !== true) {
    throw new Error(
      `${host} is not this machine: storm only brokers of your own, and say so with --allow-remote`,
    );
  }
  return {
    ip,
    port: Number(port),
    serverName: flags['server-name'] ?? (loopback ? 'localhost' : (host ?? ip)),
    caFile: ca,
    identities,
  };
}

/** Good identities for a target of our own, in `folder`; `identities` is the folder that `BenchTarget` wants. */
export async function benchCorpus(folder: string): Promise<{ corpus: Corpus; identities: string }> {
  const corpus = await makeCorpus(
    {
      seed: 1,
      algorithm: 'ecdsa-p256',
      crlEntries: 0,
      cohorts: [{ name: 'good', defect: 'none', identities: 200 }],
    },
    { cacheDir: join(folder, 'cache') },
  );
  const identities = join(folder, 'identities');
  writeIdentities(corpus, identities);
  return { corpus, identities };
}

/** A sink on bare TCP, in a process of its own, which the caller ends: it answers CONNECT and knows no TLS. */
export async function plainSink(folder: string): Promise<{ target: BenchTarget; process: ChildProcess }> {
  const { corpus, identities } = await benchCorpus(folder);
  return startSink([], { caFile: corpus.serverCaFile, identities });
}

/** The bare sink, in a process of its own, which the caller ends. */
export async function bareSink(folder: string): Promise<{ target: BenchTarget; process: ChildProcess }> {
  const { corpus, identities } = await benchCorpus(folder);
  const files = [corpus.serverCertFile, corpus.serverKeyFile, corpus.clientCaFile];
  return startSink(files, { caFile: corpus.serverCaFile, identities });
}

async function startSink(
  files: string[],
  known: Pick<BenchTarget, 'caFile' | 'identities'>,
): Promise<{ target: BenchTarget; process: ChildProcess }> {
  const sink = fork(new URL('./sink.ts', import.meta.url).pathname, files, { silent: true });
  const [port] = (await once(sink.stdout ?? sink, 'data')) as [Buffer];
  const target = { ip: '127.0.0.1', port: Number(port.toString()), serverName: 'localhost' };
  return { target: { ...target, ...known }, process: sink };
}
