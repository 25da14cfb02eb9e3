import type { Issuer } from './authority.ts';
import type { CertificateTemplate, Part, Subject } from './certificate.ts';
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  certificatePolicies,
  crlDistributionPoints,
  extKeyUsage,
  type KeyUsage,
  keyUsage,
  keyUsageBits,
  mustStaple,
  padding,
  purposes,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts';
import { readGeneralName } from './general-name.ts';
import type { CertificateSpec } from './identity.ts';
import { name, readAttributes } from './name.ts';
import { PkiError } from './pki-error.ts';
import { validity } from './validity.ts';

/** What a client's certificate is made of, apart from its cohort's defect. */
export type ClientShape = {
  seed: number;
  cohort: string;
  signatureAlgorithm: Uint8Array;
  /** null where each certificate signs itself. */
  issuer: Pick<Issuer, 'name' | 'keyId'> | null;
  certificate: CertificateSpec;
  /** Where the CRL is, as the corpus's kind of CRL wants it. */
  distributionPoints?: Part | undefined;
};

/** The certificate of a good client of a cohort. Throws PkiError `bad-spec`. */
export function clientTemplate(shape: ClientShape): CertificateTemplate {
  const { certificate: spec, issuer, signatureAlgorithm } = shape;
  const alternative = spec.subjectAltNames;
  const fill = (text: string) => filled(text, shape);
  const subject =
    spec.subject === undefined
      ? ({ clientId }: Subject) =>
          name([
            ['O', 'certstorm'],
            ['CN', clientId],
          ])
      : templateName(spec.subject, fill);
  const names = (alternative ?? []).map(fill);
  return {
    signatureAlgorithm,
    issuer: issuer?.name ?? null,
    ...validity.good,
    subject,
    extensions: {
      basicConstraints: basicConstraints({ ca: false }),
      keyUsage: keyUsage(readUsages(spec.keyUsage ?? ['digitalSignature'])),
      extKeyUsage: extKeyUsage(readPurposes(spec.extKeyUsage ?? ['clientAuth'])),
      // A self-signed certificate may go without (RFC 5280 4.2.1.1).
      ...(issuer && { authorityKeyIdentifier: authorityKeyIdentifier(issuer.keyId) }),
      subjectKeyIdentifier: ({ keyId }) => subjectKeyIdentifier(keyId),
      subjectAltName: (about) =>
        subjectAltName(
          alternative === undefined
            ? [{ uri: `urn:certstorm:client:${about.clientId}` }]
            : names.map((text, i) => readGeneralName(text(about), `certificate.subjectAltNames[${i}]`)),
        ),
      ...optionalExtensions(shape),
    },
  };
}

function optionalExtensions({ certificate: spec, distributionPoints }: ClientShape): Record<string, Part> {
  const { policies, crlDistributionPoints: uris, ocsp, caIssuers } = spec;
  const points = distributionPoints ?? (uris && crlDistributionPoints(uris));
  return {
    ...(policies && { certificatePolicies: certificatePolicies(policies) }),
    ...(points && { crlDistributionPoints: points }),
    ...((ocsp ?? caIssuers) !== undefined && {
      authorityInfoAccess: authorityInfoAccess({ ...(ocsp && { ocsp }), ...(caIssuers && { caIssuers }) }),
    }),
    ...(spec.mustStaple && { tlsFeature: mustStaple() }),
  };
}

/** Octets of a certificate beside its signed part's other contents: enough to reach about the size that was asked for. */
const bareOctets = 500;

/** Adds what a certificate lacks to its size. Last of all, so that a defect's own shape stays as it is. */
export function padded(template: CertificateTemplate, size: number | undefined): CertificateTemplate {
  if (size === undefined || size <= bareOctets) return template;
  return { ...template, extensions: { ...template.extensions, padding: padding(size - bareOctets) } };
}

type Fill = (text: string) => (subject: Subject) => string;

/** Attributes are told apart before they are filled in, so that no value can add another. */
function templateName(text: string, fill: Fill): (subject: Subject) => Uint8Array {
  const attributes = readAttributes(text, 'certificate.subject').map(
    ([type, value]) => [type, fill(value)] as const,
  );
  return (subject) => name(attributes.map(([type, value]) => [type, value(subject)] as const));
}

/** `{word}` replaced for each identity; the text is taken apart once. Throws PkiError `bad-spec` for a word that is not known. */
function filled(text: string, { seed, cohort, certificate }: ClientShape): (subject: Subject) => string {
  const values = certificate.values ?? {};
  const parts = text.split(/(\{[^{}]*\})/).map((part): string | ((subject: Subject) => string) => {
    if (!/^\{.*\}$/.test(part)) return part;
    const word = part.slice(1, -1);
    const list = Object.hasOwn(values, word) ? values[word] : undefined;
    if (list !== undefined && list.length > 0) return ({ index }) => list[index % list.length] ?? '';
    if (word === 'index') return ({ index }) => String(index);
    if (word === 'number') return ({ index }) => String(index + 1);
    if (word === 'clientId') return ({ clientId }) => clientId;
    if (word === 'serial') return ({ serialNumber }) => Buffer.from(serialNumber).toString('hex');
    if (word === 'cohort') return cohort;
    if (word === 'seed') return String(seed);
    const known = ['index', 'number', 'clientId', 'serial', 'cohort', 'seed', ...Object.keys(values)];
    throw new PkiError(
      'bad-spec',
      `certificate: {${word}} in "${text}" means nothing; known are ${known.map((each) => `{${each}}`).join(', ')}.`,
    );
  });
  return (subject) => parts.map((part) => (typeof part === 'string' ? part : part(subject))).join('');
}

const isUsage = (word: string): word is KeyUsage => Object.hasOwn(keyUsageBits, word);

function readUsages(words: readonly string[]): KeyUsage[] {
  return words.map((word) => {
    if (isUsage(word)) return word;
    const known = Object.keys(keyUsageBits).join(', ');
    throw new PkiError('bad-spec', `certificate.keyUsage: there is no "${word}"; known are ${known}.`);
  });
}

function readPurposes(words: readonly string[]): readonly string[] {
  for (const word of words) {
    if (Object.hasOwn(purposes, word) || /^[0-2](\.(0|[1-9]\d*))+$/.test(word)) continue;
    const known = Object.keys(purposes).join(', ');
    throw new PkiError(
      'bad-spec',
      `certificate.extKeyUsage: "${word}" is neither an object identifier nor one of ${known}.`,
    );
  }
  return words;
}
