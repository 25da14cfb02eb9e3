import type { Algorithm } from './algorithms/algorithm.ts';
import { certificate, type Issuer, importKey, keyIdentifier } from './authority.ts';
import { type CertificateTemplate, type Subject, tbsCertificateWriter } from './certificate.ts';
import type { Defect } from './defects/defect.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts';
import type { Identity } from './identity.ts';
import { name } from './name.ts';
import { cohortSerialNumbers } from './serial.ts';
import { validity } from './validity.ts';

/** A cohort to be made: everything its identities depend on. `issuer` is null where each certificate signs itself. */
export type CohortRecipe = {
  seed: number;
  cohort: string;
  algorithm: Algorithm;
  defect: Defect;
  issuer: Issuer | null;
};

/** Client id of identity `index` (from 0) of a cohort; ids count from 1: `good-00001`. */
export const clientIdOf = (cohort: string, index: number): string =>
  `${cohort}-${String(index + 1).padStart(5, '0')}`;

/** The certificate of a client as its cohort's defect shapes it. */
export function clientTemplate(recipe: CohortRecipe): CertificateTemplate {
  const { algorithm, defect, issuer } = recipe;
  const good: CertificateTemplate = {
    signatureAlgorithm: algorithm.signatureAlgorithm,
    issuer: issuer?.name ?? null,
    ...validity.good,
    subject: ({ clientId }) =>
      name([
        ['O', 'certstorm'],
        ['CN', clientId],
      ]),
    extensions: {
      basicConstraints: basicConstraints({ ca: false }),
      keyUsage: keyUsage(['digitalSignature']),
      extKeyUsage: extKeyUsage(['clientAuth']),
      // A self-signed certificate may go without (RFC 5280 4.2.1.1).
      ...(issuer && { authorityKeyIdentifier: authorityKeyIdentifier(issuer.keyId) }),
      subjectKeyIdentifier: ({ keyId }) => subjectKeyIdentifier(keyId),
      subjectAltName: ({ clientId }) => subjectAltName([{ uri: `urn:certstorm:client:${clientId}` }]),
    },
  };
  return defect.shape?.(good) ?? good;
}

/** Makes identities `from` … `to - 1` of a cohort. */
export function forge(recipe: CohortRecipe, from: number, to: number): Identity[] {
  const { seed, cohort, algorithm, defect, issuer } = recipe;
  const writeTbs = tbsCertificateWriter(clientTemplate(recipe));
  const issuerKey = issuer && importKey(issuer.pkcs8);
  return cohortSerialNumbers(seed, cohort, from, to - from).map((serialNumber, i) => {
    const index = from + i;
    const clientId = clientIdOf(cohort, index);
    const pair = algorithm.makeKeyPair();
    const keyId = keyIdentifier(pair.publicKey);
    const tbs = writeTbs({ clientId, index, serialNumber, spki: pair.spki, keyId });
    const signed = algorithm.sign(tbs, issuerKey ?? importKey(pair.pkcs8));
    const signature = defect.signature?.(signed) ?? signed;
    return {
      clientId,
      key: pair.pkcs8,
      chain: [certificate(tbs, algorithm.signatureAlgorithm, signature)],
    };
  });
}

/**
 * What a cohort's first certificate looks like apart from its keys: goes into the content address, so that a forge that writes
 * certificates differently takes no old ones from the cache.
 */
export function sampleTbs(recipe: CohortRecipe): Uint8Array {
  const sample: Subject = {
    clientId: clientIdOf(recipe.cohort, 0),
    index: 0,
    serialNumber: cohortSerialNumbers(recipe.seed, recipe.cohort, 0, 1)[0] ?? new Uint8Array(1),
    spki: new Uint8Array(0),
    keyId: new Uint8Array(20),
  };
  return tbsCertificateWriter(clientTemplate(recipe))(sample);
}
