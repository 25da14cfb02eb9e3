import { X509Certificate } from 'node:crypto';
import { readCertificateList } from '../../src/broker/revocation/crl/certificate-list.ts';
import { readEntries } from '../../src/broker/revocation/crl/entries.ts';
import { CrlTrouble } from '../../src/broker/revocation/crl/trouble.ts';
import { readTlv } from '../../src/pki/der-reader.ts';
import type { LimboCase } from './cases.ts';
import type { Verdict } from './openssl-verify.ts';
import { type Presented, refusedBy } from './outcome.ts';
import type { Server } from './servers/server.ts';
import { alertFor } from './verify-alerts.ts';

/** All that one broker's answer to one case is judged by. */
export type Trial = {
  limbo: LimboCase;
  server: Pick<Server, 'name' | 'sendsAlerts'>;
  presented: Presented;
  verdict: Verdict;
  /** Asks the command again, with other roots or CRLs in the store. */
  askAgain: (store: Partial<Pick<LimboCase, 'roots' | 'crls'>>) => Promise<Verdict>;
};

/**
 * Why a broker may come to another end than `openssl verify`: something that the command does not look at, and that is seen to be so, or
 * that explains the end when the command is asked again without it.
 */
type Difference = { name: string; sentence: string; explains: (trial: Trial) => boolean | Promise<boolean> };

/** SSL_MAX_CERT_LIST_DEFAULT: a Certificate message of more octets is refused unread. */
const longestMessage = 100 * 1024;

const alertOf = ({ presented: { outcome } }: Trial): string | null =>
  outcome.kind === 'tls-alert' ? outcome.alert : null;

const differences: readonly Difference[] = [
  {
    name: 'message too long',
    sentence: `the Certificate message has more than ${longestMessage} octets: OpenSSL refuses it before it reads it`,
    explains: (trial) =>
      messageOctets(trial.limbo) > longestMessage && alertOf(trial) === 'illegal_parameter',
  },
  {
    name: 'octets behind the certificate',
    sentence:
      'octets follow the end of a certificate: TLS refuses them (RFC 8446, 4.4.2), a PEM file may have them',
    explains: (trial) => chainOf(trial.limbo).some(hasTrailingOctets) && alertOf(trial) === 'decode_error',
  },
  {
    name: 'no key in the case',
    sentence:
      'without a key that the runtime can load the client shows its certificate and no CertificateVerify, which ends the handshake: in Mosquitto after the chain was found good, in Node before it is looked at',
    explains: (trial) => trial.limbo.key === null && isUnsigned(trial),
  },
  {
    name: 'no signature scheme for the key',
    sentence:
      'TLS 1.3 has no signature scheme for such a key (DSA, or a curve that is none of its own), so no CertificateVerify can be made: in Mosquitto that ends the handshake after the chain was found good, in Node before it is looked at',
    explains: (trial) => trial.limbo.key !== null && isUnsigned(trial),
  },
  {
    name: 'signature scheme not taken',
    sentence:
      'the server takes no signature scheme that fits the key, so the client has to send an empty certificate list (RFC 8446, 4.4.2.3)',
    explains: (trial) => !trial.presented.shown.certificateSent && alertOf(trial) === 'certificate_required',
  },
  {
    name: 'public key unreadable',
    sentence:
      'OpenSSL can’t read the public key in the certificate, so the check of CertificateVerify ends the handshake with an alert before Node looks at the chain',
    explains: (trial) =>
      !trial.server.sendsAlerts &&
      publicKeyUnreadable(trial.limbo) &&
      [
        'internal_error',
        'bad_certificate',
        'unsupported_certificate',
        'illegal_parameter',
        'decode_error',
      ].includes(alertOf(trial) ?? ''),
  },
  {
    name: 'roots read in part',
    sentence:
      'one of the roots is no certificate: Node trusts those before it in the list and says nothing, `openssl verify` and Mosquitto take none of the list',
    explains: async (trial) => {
      const { roots } = trial.limbo;
      const bad = roots.findIndex((root) => !isReadable(root));
      if (trial.server.name !== 'bundled' || bad < 1) return false;
      return isExpected({ ...trial, verdict: await trial.askAgain({ roots: roots.slice(0, bad) }) });
    },
  },
  {
    name: 'CRL that the broker’s own reader does not take',
    sentence:
      'certstorm’s broker reads CRLs itself too, and says in a sentence why it does not start with this one, which OpenSSL takes',
    explains: ({ server, presented: { outcome }, limbo }) =>
      server.name === 'bundled' && outcome.kind === 'not-started' && !limbo.crls.every(isReadByBroker),
  },
  {
    name: 'delta CRL in place of a complete one',
    sentence:
      'OpenSSL before 3.5.8 takes a delta CRL for a complete one, later ones pass it over: without it the command says what the broker says',
    explains: async (trial) => {
      const crls = trial.limbo.crls.filter((crl) => !isDelta(crl));
      if (crls.length === trial.limbo.crls.length) return false;
      return isExpected({ ...trial, verdict: await trial.askAgain({ crls }) });
    },
  },
  {
    name: 'foreign key',
    sentence:
      'the key in the case is not that of the certificate: CertificateVerify fails, which `openssl verify` does not see',
    explains: (trial) =>
      belongs(trial.limbo) === false && ['decrypt_error', 'illegal_parameter'].includes(alertOf(trial) ?? ''),
  },
];

/** `agrees`, or why not; `explanation` null is a difference that nobody has an explanation for. */
export type Judgement = { agrees: true } | { agrees: false; explanation: string | null };

/** Holds a broker's answer against `openssl verify`. */
export async function judge(trial: Trial): Promise<Judgement> {
  if (isExpected(trial)) return { agrees: true };
  for (const { name, explains } of differences)
    if (await explains(trial)) return { agrees: false, explanation: name };
  return { agrees: false, explanation: null };
}

export const sentenceOf = (name: string): string =>
  differences.find((difference) => difference.name === name)?.sentence ?? '';

function isExpected({ server, presented: { outcome }, verdict }: Trial): boolean {
  const refused = refusedBy(outcome);
  if (refused === null || verdict.kind === 'none') return false;
  if (verdict.kind === 'ok') return !refused;
  if (!refused) return false;
  // A file that the command can't read has no verify error, so no alert of its own.
  if (verdict.kind === 'unreadable' || outcome.kind === 'not-started') return true;
  return server.sendsAlerts
    ? outcome.kind === 'tls-alert' && outcome.alert === alertFor(verdict.error)
    : outcome.kind === 'closed';
}

function isUnsigned(trial: Trial): boolean {
  return !trial.presented.shown.signed && alertOf(trial) === 'unexpected_message';
}

const chainOf = ({ peer, untrusted }: LimboCase): Uint8Array[] => (peer === null ? [] : [peer, ...untrusted]);

/** RFC 8446, 4.4.2: context and list lengths, and for each entry its length and its extensions' length. */
export const messageOctets = (limbo: LimboCase): number =>
  chainOf(limbo).reduce((sum, { length }) => sum + 3 + length + 2, 4);

function hasTrailingOctets(certificate: Uint8Array): boolean {
  const outer = readTlv(certificate, 0);
  return outer !== null && outer.end < certificate.length;
}

/** Whether the key is that of the certificate; null where that can't be told. */
function belongs({ peer, key }: LimboCase): boolean | null {
  if (peer === null || key === null) return null;
  try {
    return new X509Certificate(peer).checkPrivateKey(key);
  } catch {
    // A certificate or a public key that OpenSSL can't read.
    return null;
  }
}

function publicKeyUnreadable({ peer }: LimboCase): boolean {
  const certificate = peer === null ? null : readable(peer);
  if (certificate === null) return false;
  try {
    return certificate.publicKey === undefined;
  } catch {
    return true;
  }
}

function readable(der: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

const isReadable = (der: Uint8Array): boolean => readable(der) !== null;

function isReadByBroker(crl: Uint8Array): boolean {
  try {
    readEntries(readCertificateList(crl));
    return true;
  } catch (error) {
    if (error instanceof CrlTrouble) return false;
    throw error;
  }
}

/** id-ce-deltaCRLIndicator (2.5.29.27), as an OBJECT IDENTIFIER in DER. */
const deltaCrlIndicator = Buffer.from('0603551d1b', 'hex');

const isDelta = (crl: Uint8Array): boolean => Buffer.from(crl).includes(deltaCrlIndicator);
