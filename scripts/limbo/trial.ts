import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pem } from '../../src/pki/pem.ts';
import type { LimboCase } from './cases.ts';
import { type Judgement, judge, messageOctets } from './differences.ts';
import { whyOtherThanLimbo } from './expectations.ts';
import { opensslVerify, type Verdict, type VerifyCommand, type VerifyFiles } from './openssl-verify.ts';
import type { Presented } from './outcome.ts';
import { present } from './present.ts';
import type { CaseFiles, Server } from './servers/server.ts';

/** A broker, and the `openssl` command that speaks for its library. */
export type Contestant = { server: Server; verify: VerifyCommand };

export type CaseResult = {
  limbo: LimboCase;
  /** Why the case was not presented; null where it was. */
  notPresented: string | null;
  /** In the contestants' order; empty where it was not presented. */
  answers: { presented: Presented; verdict: Verdict; judgement: Judgement }[];
  /** Why OpenSSL judges otherwise than limbo expects; null where it does not. */
  otherThanLimbo: string | null;
};

/** Puts one case to every contestant, in a folder of its own that is gone afterwards. */
export async function tryCase(
  limbo: LimboCase,
  contestants: readonly Contestant[],
  { dir, faketime }: { dir: string; faketime: string | null },
): Promise<CaseResult> {
  const notPresented = obstacle(limbo, faketime);
  if (notPresented !== null) return { limbo, notPresented, answers: [], otherThanLimbo: null };
  mkdirSync(dir);
  try {
    const files = writeFiles(limbo, dir);
    const answers = await Promise.all(
      contestants.map(async ({ server, verify }) => {
        const [presented, verdict] = await Promise.all([
          server.serve(files, (port) => present(limbo, port)).catch(ownFailure),
          opensslVerify(verify, files, server),
        ]);
        const askAgain = (store: Partial<Pick<LimboCase, 'roots' | 'crls'>>) => {
          const storeFile = putStore(dir, `store-${server.name}.pem`, { ...limbo, ...store });
          return opensslVerify(verify, { ...files, storeFile }, server);
        };
        return {
          presented,
          verdict,
          judgement: await judge({ limbo, server, presented, verdict, askAgain }),
        };
      }),
    );
    const [first] = contestants;
    const verdict = answers[0]?.verdict;
    const otherThanLimbo =
      first === undefined || verdict === undefined
        ? null
        : await whyOtherThanLimbo(limbo, verdict, (options) =>
            opensslVerify(first.verify, files, { crlCheck: first.server.crlCheck, ...options }),
          );
    return { limbo, notPresented, answers, otherThanLimbo };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What goes wrong on this side with one case is that case's outcome, and nothing to end the others for. */
const ownFailure = (error: unknown): Presented => ({
  outcome: { kind: 'local-error', why: error instanceof Error ? error.message : String(error) },
  shown: { signed: false, certificateSent: false },
  brokerSays: null,
});

/** RFC 8446, 4: the length of a handshake message has three octets. */
const longestHandshakeMessage = 2 ** 24 - 1;

function obstacle(limbo: LimboCase, faketime: string | null): string | null {
  const { peer, time } = limbo;
  if (peer === null) return 'no peer certificate';
  if (messageOctets(limbo) > longestHandshakeMessage) return 'its chain is longer than a Certificate message';
  if (time !== null && faketime === null) return 'its time needs libfaketime';
  return null;
}

/** All are encoded anew from the octets that are presented, so that brokers and command judge the same. */
function writeFiles(limbo: LimboCase, dir: string): CaseFiles & VerifyFiles {
  const { roots, untrusted, peer, crls, time } = limbo;
  return {
    rootsFile: put(dir, 'roots.pem', certificates(roots)),
    crlFile: crls.length === 0 ? null : put(dir, 'crls.pem', lists(crls)),
    time,
    dir,
    storeFile: putStore(dir, 'store.pem', limbo),
    peerFile: put(dir, 'peer.pem', certificates(peer === null ? [] : [peer])),
    untrustedFile: untrusted.length === 0 ? null : put(dir, 'untrusted.pem', certificates(untrusted)),
  };
}

const putStore = (dir: string, name: string, { roots, crls }: Pick<LimboCase, 'roots' | 'crls'>): string =>
  put(dir, name, [...certificates(roots), ...lists(crls)]);

const certificates = (all: readonly Uint8Array[]): Buffer[] => all.map((der) => pem('CERTIFICATE', der));
const lists = (all: readonly Uint8Array[]): Buffer[] => all.map((der) => pem('X509 CRL', der));

function put(dir: string, name: string, blocks: readonly Buffer[]): string {
  const file = join(dir, name);
  writeFileSync(file, Buffer.concat(blocks));
  return file;
}
