import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus, Identity } from '../../src/pki/identity.ts';
import { pem } from '../../src/pki/pem.ts';

/** X509_V_ERR_… by number, in Node's spelling where Node has one. */
const verifyErrors: Record<string, string> = {
  3: 'UNABLE_TO_GET_CRL',
  7: 'CERT_SIGNATURE_FAILURE',
  8: 'CRL_SIGNATURE_FAILURE',
  9: 'CERT_NOT_YET_VALID',
  10: 'CERT_HAS_EXPIRED',
  11: 'CRL_NOT_YET_VALID',
  12: 'CRL_HAS_EXPIRED',
  13: 'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  18: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  20: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  21: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  23: 'CERT_REVOKED',
  25: 'PATH_LENGTH_EXCEEDED',
  26: 'INVALID_PURPOSE',
  34: 'UNHANDLED_CRITICAL_EXTENSION',
  36: 'UNHANDLED_CRITICAL_CRL_EXTENSION',
  44: 'DIFFERENT_CRL_SCOPE',
  47: 'PERMITTED_VIOLATION',
  48: 'EXCLUDED_VIOLATION',
  66: 'EE_KEY_TOO_SMALL',
  68: 'CA_MD_TOO_WEAK',
  78: 'SIGNATURE_ALGORITHM_INCONSISTENCY',
  79: 'INVALID_CA',
  88: 'EMPTY_SUBJECT_SAN_NOT_CRITICAL',
  93: 'EXTENSIONS_REQUIRE_VERSION_3',
};

/** What `openssl verify` says of one certificate: `OK`, `unreadable`, or the first error's name. */
export type Verdict = string;

/**
 * Asks one `openssl verify` about many certificates, the rest of each chain at hand: with the corpus's CAs and CRLs, as a client's, at the
 * security level of TLS libraries (112 bits). A process for each would take ten times as long.
 */
export function opensslVerify(
  folder: string,
  corpus: Pick<Corpus, 'clientCaFile' | 'crlFile'>,
  named: ReadonlyMap<string, Identity>,
  flags: readonly string[] = ['-x509_strict'],
): Map<string, Verdict> {
  const files = new Map<string, string>();
  const others = new Map<string, Uint8Array>();
  for (const [name, { chain }] of named) {
    const [leaf, ...rest] = chain;
    const file = join(folder, `${name}.crt`);
    writeFileSync(file, pem('CERTIFICATE', leaf ?? new Uint8Array(0)));
    files.set(file, name);
    for (const other of rest) others.set(Buffer.from(other).toString('base64'), other);
  }
  const untrusted = join(folder, 'untrusted.pem');
  writeFileSync(untrusted, Buffer.concat([...others.values()].map((other) => pem('CERTIFICATE', other))));
  const { stdout, stderr } = spawnSync(
    'openssl',
    [
      ...['verify', '-CAfile', corpus.clientCaFile, ...(others.size > 0 ? ['-untrusted', untrusted] : [])],
      ...['-crl_check', '-CRLfile', corpus.crlFile, '-purpose', 'sslclient', '-auth_level', '2'],
      ...flags,
      ...files.keys(),
    ],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  return verdicts(stdout, stderr, files);
}

/** One certificate's errors come before the line that names its file; a good one's line ends in OK. */
function verdicts(stdout: string, stderr: string, files: ReadonlyMap<string, string>): Map<string, Verdict> {
  const found = new Map<string, Verdict>();
  let first: string | undefined;
  for (const line of `${stdout}\n${stderr}`.split('\n')) {
    const number = /^error (\d+) at \d+ depth lookup/.exec(line)?.[1];
    if (number !== undefined) first ??= verifyErrors[number] ?? `error ${number}`;
    const [, good] = /^(.*): OK$/.exec(line) ?? [];
    const [, bad] = /^error (.*): verification failed$/.exec(line) ?? [];
    const [, unread] = /^(?:Could not read|Unable to load) certificate file from (.*)$/i.exec(line) ?? [];
    const name = files.get(good ?? bad ?? unread ?? '');
    if (name === undefined) continue;
    found.set(name, good ? 'OK' : bad ? (first ?? 'error') : 'unreadable');
    first = undefined;
  }
  return found;
}
