import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CorpusSpec } from '../pki/identity.ts';
import { makeCorpus } from '../pki/index.ts';
import { type CorpusIssuer, corpusIssuers } from '../pki/ocsp/corpus-issuers.ts';
import { corpusSpecOf } from '../run/corpus-spec.ts';
import { vocabulary } from '../run/vocabulary.ts';
import { readScenario } from '../scenario/read.ts';
import {
  type OpenService,
  openAuthService,
  openControlPort,
  openService,
  readUserLines,
  type SigningMode,
  usersOf,
} from '../services/index.ts';
import { bundled } from '../targets/bundled.ts';
import { plainOrder } from '../targets/plain-order.ts';
import { TargetError } from '../targets/target-error.ts';
import { describeDeath } from '../targets/watched-process.ts';
import { cacheDir } from './cache-dir.ts';
import { stopOnSignals } from './signals.ts';
import { UsageError } from './usage-error.ts';

type PlaceFlags = { host: string; port: number };
type ServiceFlags = PlaceFlags & {
  fault: string[];
  controlPort?: number;
  scenario?: string;
  variant: string[];
};

export type OcspFlags = ServiceFlags & {
  pki: string[];
  ca?: string;
  index?: string;
  responderCert?: string;
  responderKey?: string;
  ahead?: true;
  onRequest?: true;
  nonce: 'echo' | 'ignore';
  validity: number;
};

/** `certstorm serve ocsp`: the OCSP responder alone, until a signal. */
export async function serveOcsp(flags: OcspFlags): Promise<void> {
  const issuers =
    flags.scenario === undefined ? ocspIssuerFiles(flags) : corpusIssuers(await specOf(flags), cacheDir());
  const signing: SigningMode = flags.ahead ? 'ahead' : flags.onRequest ? 'on-request' : 'pre-signed';
  await serveUntilSignal('OCSP responder', flags, () =>
    openService({
      service: 'ocsp',
      host: flags.host,
      port: flags.port,
      issuers,
      signing,
      nonce: flags.nonce,
      validityMs: flags.validity,
      faults: flags.fault,
    }),
  );
}

/** One issuer for each folder; the flags that name a file stand for, or in place of, what one folder has. */
function ocspIssuerFiles({ pki, ca, index, responderCert, responderKey }: OcspFlags) {
  const named = [ca, index, responderCert, responderKey];
  if (pki.length > 1 && named.some((file) => file !== undefined))
    throw new UsageError('--ca, --index, --responder-cert and --responder-key go with one --pki at most');
  if (pki.length === 0 && named.some((file) => file === undefined))
    throw new UsageError(
      'name the folder of an issuer by --pki, or all of --ca, --index, --responder-cert and --responder-key',
    );
  const folders = pki.length === 0 ? [''] : pki;
  return folders.map((dir) => {
    const place = (file: string | undefined, flag: string, name: string): string => {
      const path = resolve(file ?? join(dir, name));
      if (file === undefined && !existsSync(path))
        throw new UsageError(`${path} is not there: name it by ${flag}`);
      return path;
    };
    return {
      caFile: place(ca, '--ca', 'ca.crt'),
      indexFile: place(index, '--index', 'index.txt'),
      responderCertFile: place(responderCert, '--responder-cert', 'ocsp.crt'),
      responderKeyFile: place(responderKey, '--responder-key', 'ocsp.key'),
    };
  });
}

export type CrlFlags = ServiceFlags & { pki?: string; crl: string[]; issuerKey?: string; maxAge: number };

/** `certstorm serve crl`: the distribution point alone, until a signal. */
export async function serveCrl(flags: CrlFlags): Promise<void> {
  const corpus = flags.scenario === undefined ? null : await corpusCrl(await specOf(flags));
  const files = [
    ...(corpus === null ? [] : [corpus.file]),
    ...flags.crl,
    ...(flags.pki === undefined ? [] : [join(flags.pki, 'crl.pem')]),
  ];
  if (files.length === 0)
    throw new UsageError('name a CRL by --crl, a folder that has one by --pki, or a --scenario');
  await serveUntilSignal('CRL distribution point', flags, () =>
    openService({
      service: 'crl',
      host: flags.host,
      port: flags.port,
      files: files.map((file) => resolve(file)),
      ...(flags.issuerKey === undefined ? {} : { issuerKeyFile: resolve(flags.issuerKey) }),
      ...(corpus === null ? {} : { issuerKeyPem: corpus.issuer.caKeyPem }),
      maxAgeMs: flags.maxAge,
      faults: flags.fault,
    }),
  );
}

/** The corpus's CRL, and the first of the CAs whose CRLs are in it. */
async function corpusCrl(spec: CorpusSpec): Promise<{ file: string; issuer: CorpusIssuer }> {
  const { crlFile } = await makeCorpus(spec, { cacheDir: cacheDir() });
  const [issuer] = corpusIssuers(spec, cacheDir());
  if (issuer === undefined) throw new UsageError('this corpus has no CA that issues for clients');
  return { file: crlFile, issuer };
}

export type AuthFlags = ServiceFlags & { users?: string };

/** `certstorm serve auth`: the auth service alone, until a signal. */
export async function serveAuth(flags: AuthFlags): Promise<void> {
  if ((flags.users === undefined) === (flags.scenario === undefined))
    throw new UsageError('name a file of users by --users, or a --scenario');
  const users =
    flags.users === undefined ? await corpusUsers(await specOf(flags)) : readUserLines(flags.users);
  await serveUntilSignal('auth service', flags, () =>
    openAuthService({ host: flags.host, port: flags.port, users, faults: flags.fault }),
  );
}

/** The clients of a corpus under their common password. */
async function corpusUsers(spec: CorpusSpec) {
  const { cohorts, password } = await makeCorpus(spec, { cacheDir: cacheDir() });
  return usersOf(
    cohorts.flatMap(({ identities }) => identities.map(({ clientId }) => clientId)),
    password,
  );
}

async function specOf({ scenario = '', variant }: ServiceFlags): Promise<CorpusSpec> {
  const plan = await readScenario(scenario, vocabulary, { variants: variant, set: [] });
  const [chosen] = plan.variants;
  if (chosen === undefined) throw new UsageError(`${scenario} has no variant`);
  return corpusSpecOf(plan.seed, chosen, Date.now());
}

async function serveUntilSignal(
  what: string,
  { controlPort }: ServiceFlags,
  open: () => Promise<OpenService>,
): Promise<void> {
  const stopped = untilSignal();
  try {
    const service = await open();
    try {
      const control = controlPort === undefined ? null : await openControlPort(service, controlPort);
      try {
        const told = [`${what} at ${httpUrl(service.host, service.port)}`, ...service.about];
        if (control !== null) told.push(`control at ${httpUrl('127.0.0.1', control.port)}`);
        process.stdout.write(`${told.join('\n')}\n`);
        await stopped.signal;
      } finally {
        await control?.close();
      }
    } finally {
      await service.close();
    }
  } finally {
    stopped.release();
  }
}

export type BrokerFlags = PlaceFlags & { pki: string; revocation: string; sessionTickets: boolean };

/** `certstorm serve broker`: the bundled broker alone, until a signal. Throws TargetError where it does not start, or dies. */
export async function serveBroker(flags: BrokerFlags): Promise<void> {
  if (!bundled.revocation.includes(flags.revocation))
    throw new UsageError(
      `--revocation: there is no '${flags.revocation}'; it is one of ${bundled.revocation.join(', ')}`,
    );
  const stopped = untilSignal();
  const file = (name: string) => resolve(flags.pki, name);
  try {
    const broker = await bundled.start({
      ...plainOrder,
      host: flags.host,
      port: flags.port,
      revocation: flags.revocation,
      sessionTickets: flags.sessionTickets,
      clientCaFile: file('ca.crt'),
      serverCertFile: file('server.crt'),
      serverKeyFile: file('server.key'),
      crlFile: file('crl.pem'),
      // Nothing is written where no password is checked.
      workDir: tmpdir(),
    });
    try {
      const { host, port } = broker.address;
      process.stdout.write(`broker at mqtts://${bracketed(host)}:${port}\n${broker.version}\n`);
      const death = await Promise.race([stopped.signal, broker.died]);
      if (death !== undefined) throw new TargetError('ERR_TARGET_DIED', `the broker ${describeDeath(death)}`);
    } finally {
      await broker.stop();
    }
  } finally {
    stopped.release();
  }
}

/** A service whose port is shut by a fault has nothing else that keeps the process alive. */
const aliveMs = 60_000;

/** Resolves at the first signal that asks this process to end; the second ends it at once. */
function untilSignal(): { signal: Promise<undefined>; release: () => void } {
  const alive = setInterval(() => undefined, aliveMs);
  const { signal, release } = stopOnSignals(() => undefined);
  return {
    signal: new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    }),
    release: () => {
      clearInterval(alive);
      release();
    },
  };
}

/** An IPv6 address in a URL (RFC 3986 3.2.2). */
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

const httpUrl = (host: string, port: number): string => `http://${bracketed(host)}:${port}/`;
