import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LimboError } from './limbo-error.ts';
import { octetsIn } from './octets.ts';

/**
 * One test case of x509-limbo (its limbo-schema.json), as far as a broker's judgement of a client is concerned. Certificates are octets,
 * which nobody has looked into.
 */
export type LimboCase = {
  id: string;
  description: string;
  /** SERVER: the peer is a server; CLIENT: it is a client. Null where the case does not say. */
  kind: string | null;
  expected: 'SUCCESS' | 'FAILURE' | null;
  roots: Uint8Array[];
  untrusted: Uint8Array[];
  /** Null where there is none to present. */
  peer: Uint8Array | null;
  /** Null where there is none, or none that the runtime can load. */
  key: KeyObject | null;
  crls: Uint8Array[];
  /** Seconds since 1970, whole, as OpenSSL's clock is; null for now. */
  time: number | null;
  maxChainDepth: number | null;
  /** Whom a relying party would look for in the certificate. */
  peerNames: PeerName[];
  features: string[];
  /** What is not as the format has it, each in a few words. */
  oddities: string[];
};

export type PeerName = { kind: string; value: string };

/** Throws LimboError for a file that is no x509-limbo at all; whatever is odd within a case is among its oddities. */
export function readCases(file: string): LimboCase[] {
  return casesOf(testcasesOf(parsed(file), file));
}

export const casesOf = (testcases: readonly unknown[]): LimboCase[] =>
  testcases.map((raw, index) => readCase(raw, index));

function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new LimboError('usage', `${file} can't be read (${why}): name a file of x509-limbo test cases`, {
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the file, and there are keys in it.
    throw new LimboError('usage', `${file} is no JSON: name a file of x509-limbo test cases`, {
      cause: error,
    });
  }
}

function testcasesOf(json: unknown, file: string): unknown[] {
  const found = isRecord(json) ? json.testcases : undefined;
  if (Array.isArray(found) && found.length > 0) return found;
  throw new LimboError(
    'usage',
    `${file} has no list "testcases" with at least one case in it: it is no file of x509-limbo`,
  );
}

function readCase(raw: unknown, index: number): LimboCase {
  const fields = isRecord(raw) ? raw : {};
  const oddities: string[] = isRecord(raw) ? [] : ['it is no object'];
  const text = (name: string): string | null => {
    const value = fields[name];
    if (value === undefined || value === null) return null;
    if (typeof value === 'string') return value;
    oddities.push(`${name} is no text`);
    return null;
  };
  const octets = (name: string, label: 'CERTIFICATE' | 'CRL'): Uint8Array[] =>
    list(fields[name], name, oddities).flatMap((each) => {
      if (typeof each === 'string') return octetsIn(each, label);
      oddities.push(`${name} holds something that is no text`);
      return [];
    });
  const [peer = null, ...behind] = peerOctets(text('peer_certificate'));
  return {
    id: text('id') ?? `#${index + 1}`,
    description: (text('description') ?? '').split('\n', 1)[0] ?? '',
    kind: text('validation_kind'),
    expected: readExpected(text('expected_result'), oddities),
    roots: octets('trusted_certs', 'CERTIFICATE'),
    untrusted: [...behind, ...octets('untrusted_intermediates', 'CERTIFICATE')],
    peer,
    key: readKey(text('peer_certificate_key'), oddities),
    crls: octets('crls', 'CRL'),
    time: readTime(text('validation_time'), oddities),
    maxChainDepth: typeof fields.max_chain_depth === 'number' ? fields.max_chain_depth : null,
    peerNames: peerNames(fields),
    features: list(fields.features, 'features', oddities).map(String),
    oddities,
  };
}

function list(value: unknown, name: string, oddities: string[]): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  oddities.push(`${name} is no list`);
  return [];
}

const peerOctets = (text: string | null): Uint8Array[] =>
  text === null || text === '' ? [] : octetsIn(text, 'CERTIFICATE');

function readExpected(text: string | null, oddities: string[]): LimboCase['expected'] {
  if (text === 'SUCCESS' || text === 'FAILURE') return text;
  oddities.push('no expected_result');
  return null;
}

function readKey(text: string | null, oddities: string[]): KeyObject | null {
  if (text === null || text === '') {
    oddities.push('no key');
    return null;
  }
  try {
    return createPrivateKey(text);
  } catch {
    oddities.push('a key that the runtime can’t load');
    return null;
  }
}

/** What libfaketime can be told: years of four digits. */
const [earliest, latest] = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'].map(
  (at) => Date.parse(at) / 1000,
);

function readTime(text: string | null, oddities: string[]): number | null {
  if (text === null || text === '') return null;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`;
  const seconds = Math.floor(Date.parse(zoned) / 1000);
  if (seconds >= (earliest ?? 0) && seconds <= (latest ?? 0)) return seconds;
  oddities.push(`validation_time ${JSON.stringify(text.slice(0, 40))} is no time: judged now`);
  return null;
}

function peerNames({
  expected_peer_name: one,
  expected_peer_names: many,
}: Record<string, unknown>): PeerName[] {
  return [one, ...(Array.isArray(many) ? many : [])].flatMap((name) =>
    isRecord(name) && typeof name.value === 'string' ? [{ kind: String(name.kind), value: name.value }] : [],
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
