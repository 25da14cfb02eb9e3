import { type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { Violation } from '../alerts.ts';
import { type Constraints, readConstraints } from './constraints.ts';

export type Certificate = {
  x509: X509Certificate;
  constraints: Constraints;
  notBefore: number;
  notAfter: number;
};

/** A chain that was found good: whose key signs the handshake, and between which times (ms since 1970) it stays good. */
export type VerifiedChain = { key: KeyObject; notBefore: number; notAfter: number };

/** Certificates between the leaf and the root at most. */
const maximumIntermediates = 5;
/** Signature checks for one chain at most, so that a chain made to be tried in every order ends soon. */
const maximumTries = 50;

/** @throws Violation bad_certificate */
export function readX509(der: Uint8Array): Certificate {
  let x509: X509Certificate;
  try {
    x509 = new X509Certificate(der);
  } catch {
    throw new Violation('bad_certificate', 'the server certificate cannot be decoded');
  }
  const notBefore = x509.validFromDate.getTime();
  const notAfter = x509.validToDate.getTime();
  return { x509, constraints: readConstraints(x509.raw), notBefore, notAfter };
}

/**
 * Path validation for a TLS server (RFC 5280, section 6, without policies and name constraints; what cannot be judged is refused):
 * signatures, validity at `now`, basic constraints, path length, key usage, extended key usage, the name in the subject alternative name.
 * Revocation is not looked at.
 * @throws Violation with the alert that OpenSSL sends for the same mistake
 */
export function verifyChain(
  chain: readonly Uint8Array[],
  roots: readonly Certificate[],
  serverName: string,
  now: number,
): VerifiedChain {
  const [leaf, ...intermediates] = chain.slice(0, 1 + 2 * maximumIntermediates).map(readX509);
  if (leaf === undefined) throw new Violation('bad_certificate', 'the server sent no certificate');
  checkName(leaf.x509, serverName);
  checkLeaf(leaf, now);
  const path = findPath(leaf, intermediates, roots, now);
  let { notBefore, notAfter } = leaf;
  for (const each of path) {
    notBefore = Math.max(notBefore, each.notBefore);
    notAfter = Math.min(notAfter, each.notAfter);
  }
  let key: KeyObject;
  try {
    key = leaf.x509.publicKey;
  } catch {
    throw new Violation('unsupported_certificate', "the server certificate's key is of no kind known here");
  }
  return { key, notBefore, notAfter };
}

function checkName(leaf: X509Certificate, serverName: string): void {
  const matches =
    isIP(serverName) > 0 ? leaf.checkIP(serverName) : leaf.checkHost(serverName, { subject: 'never' });
  if (matches === undefined)
    throw new Violation('bad_certificate', `the server certificate is not for ${serverName}`);
}

function checkLeaf(leaf: Certificate, now: number): void {
  checkValidity(leaf, now);
  checkSupported(leaf);
  if (leaf.constraints.keyUsage !== null && (leaf.constraints.keyUsage & 0x80) === 0)
    throw new Violation('unsupported_certificate', 'the server certificate is not for digital signatures');
  if (!leaf.constraints.serverAuth)
    throw new Violation('unsupported_certificate', 'the server certificate is not for server authentication');
}

function checkValidity(certificate: Certificate, now: number): void {
  // Not `>`: an undecodable date (NaN) must not pass.
  if (!(now <= certificate.notAfter))
    throw new Violation('certificate_expired', 'a certificate of the server has expired');
  if (!(now >= certificate.notBefore))
    throw new Violation('bad_certificate', 'a certificate of the server is not yet valid');
}

function checkSupported(certificate: Certificate): void {
  const { unsupported } = certificate.constraints;
  if (unsupported !== null)
    throw new Violation('unsupported_certificate', `a certificate of the server has ${unsupported}`);
}

/** Depth first from the leaf to a root; the reason given is that of the last candidate that failed. */
function findPath(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  roots: readonly Certificate[],
  now: number,
): Certificate[] {
  let tries = 0;
  let reason = new Violation(
    'unknown_ca',
    'no certificate authority trusted here issued the server certificate',
  );

  const search = (
    current: Certificate,
    below: number,
    used: readonly Certificate[],
  ): Certificate[] | null => {
    if (roots.some((root) => root.x509.raw.equals(current.x509.raw))) return [];
    if (current.constraints.weakSignature) {
      reason = new Violation('bad_certificate', 'a certificate of the server is signed with MD5 or SHA-1');
      return null;
    }
    for (const issuer of [...roots, ...intermediates]) {
      const root = roots.includes(issuer);
      if (used.includes(issuer) || (!root && below >= maximumIntermediates)) continue;
      if (!current.x509.checkIssued(issuer.x509)) continue;
      if (++tries > maximumTries) return null;
      try {
        checkIssuer(current, issuer, below, now);
      } catch (failure) {
        if (!(failure instanceof Violation)) throw failure;
        reason = failure;
        continue;
      }
      if (root) return [issuer];
      const rest = search(issuer, below + 1, [...used, issuer]);
      if (rest !== null) return [issuer, ...rest];
    }
    return null;
  };
  const path = search(leaf, 0, []);
  if (path === null) throw reason;
  return path;
}

/** @param below intermediates between this issuer and the leaf */
function checkIssuer(subject: Certificate, issuer: Certificate, below: number, now: number): void {
  const { ca, pathLength, keyUsage, serverAuth } = issuer.constraints;
  if (!ca || (keyUsage !== null && (keyUsage & 0x04) === 0))
    throw new Violation(
      'unknown_ca',
      'the server certificate was issued by what is no certificate authority',
    );
  if (pathLength !== null && below > pathLength)
    throw new Violation('unknown_ca', "the server's chain is longer than its certificate authority allows");
  if (!serverAuth)
    throw new Violation(
      'unsupported_certificate',
      "the server's certificate authority is not for server authentication",
    );
  checkSupported(issuer);
  checkValidity(issuer, now);
  let genuine: boolean;
  try {
    genuine = subject.x509.verify(issuer.x509.publicKey);
  } catch {
    // Keys of kinds that the runtime lacks, signatures that do not fit the key.
    genuine = false;
  }
  if (!genuine) throw new Violation('decrypt_error', 'a signature in the chain of the server is wrong');
}
