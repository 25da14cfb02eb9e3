import type { Algorithm, KeyPair, Signer } from './algorithms/algorithm.ts';
import { rsa } from './algorithms/rsa.ts';
import { certificate, type Issuer } from './authority.ts';
import { type Subject, tbsCertificateWriter } from './certificate.ts';
import { clientTemplate, padded } from './client-template.ts';
import type { Defect } from './defects/defect.ts';
import type { CertificateSpec, Identity } from './identity.ts';
import { importKey, keyFor, keyIdentifier } from './key-source.ts';
import { algorithmNamed, crlKindNamed, defectNamed } from './registry.ts';
import { cohortSerialNumbers } from './serial.ts';

/** A cohort to be made: everything its identities depend on. Plain, so that it can be sent to a thread. */
export type CohortRecipe = {
  seed: number;
  cohort: string;
  /** Algorithms of the keys by name, with their weights. */
  algorithms: Record<string, number>;
  defect: string;
  /** Taken by turns; empty where each certificate signs itself. */
  issuers: readonly Issuer[];
  fixedKeys: boolean;
  serialOctets?: number;
  /** Identities of the corpus before this cohort, where serial numbers are short. */
  before?: number;
  certificate: CertificateSpec;
  crl: { kind: string; partitions: number; crlIssuer?: Uint8Array };
  endsAtMs?: number;
  validity?: { notBeforeMs: number; notAfterMs: number };
};

/** Shared keys by the name of their algorithm. */
export type KeyPools = Readonly<Record<string, readonly KeyPair[]>>;

/** Client id of identity `index` (from 0) of a cohort; ids count from 1: `good-00001`. */
export const clientIdOf = (cohort: string, index: number): string =>
  `${cohort}-${String(index + 1).padStart(5, '0')}`;

const goldenRatio = 0.618_033_988_749_894_8;

/** Whose turn it is: any stretch of identities holds the algorithms close to their weights, and cutting it changes nothing. */
function algorithmOf(algorithms: readonly [Algorithm, number][], index: number): Algorithm {
  const total = algorithms.reduce((sum, [, weight]) => sum + weight, 0);
  let left = (((index + 0.5) * goldenRatio) % 1) * total;
  for (const [algorithm, weight] of algorithms) {
    left -= weight;
    if (left < 0) return algorithm;
  }
  const [last] = algorithms.at(-1) ?? [];
  if (!last) throw new TypeError('a cohort has at least one algorithm');
  return last;
}

const weakRsa = rsa(1024, 10);

type Press = { write: (subject: Subject) => Uint8Array; signer: Signer; outer: Uint8Array };

/** How certificates of a cohort are written and signed under one issuer, or by keys of one algorithm themselves. */
function press(recipe: CohortRecipe, issuer: Issuer | null, own: Algorithm): Press {
  const defect = defectNamed(recipe.defect);
  const algorithm = issuer ? algorithmNamed(issuer.algorithm) : own;
  const fixed = recipe.fixedKeys ? algorithm.fixed : undefined;
  const signer = defect.signer ?? {
    signatureAlgorithm: algorithm.signatureAlgorithm,
    sign: fixed?.sign ?? algorithm.sign,
  };
  const { kind, partitions, crlIssuer } = recipe.crl;
  const good = clientTemplate({
    seed: recipe.seed,
    cohort: recipe.cohort,
    signatureAlgorithm: signer.signatureAlgorithm,
    issuer,
    certificate: recipe.certificate,
    ...(issuer && {
      distributionPoints: crlKindNamed(kind).distributionPoints?.({
        partitions,
        issuer: issuer.name,
        ...(crlIssuer && { crlIssuer }),
      }),
    }),
  });
  const timed = {
    ...good,
    ...(recipe.validity && {
      notBefore: new Date(recipe.validity.notBeforeMs),
      notAfter: new Date(recipe.validity.notAfterMs),
    }),
    ...(defect.endsWithinRun && recipe.endsAtMs !== undefined && { notAfter: new Date(recipe.endsAtMs) }),
  };
  return {
    write: tbsCertificateWriter(padded(defect.shape?.(timed) ?? timed, recipe.certificate.size)),
    signer,
    outer: defect.outerSignatureAlgorithm ?? signer.signatureAlgorithm,
  };
}

/** Makes identities `from` … `to - 1` of a cohort. */
export function forge(recipe: CohortRecipe, from: number, to: number, pools: KeyPools = {}): Identity[] {
  const { seed, cohort, issuers } = recipe;
  const defect = defectNamed(recipe.defect);
  const weights = weightedAlgorithms(recipe);
  const presses = new Map<string, Press>();
  const pressFor = (at: number, own: Algorithm): Press => {
    const name = issuers.length > 0 ? String(at) : own.name;
    const known = presses.get(name) ?? press(recipe, issuers[at] ?? null, own);
    presses.set(name, known);
    return known;
  };
  const issuerKeys = issuers.map(({ pkcs8 }) => importKey(pkcs8));
  const policyOf = (algorithm: Algorithm) => {
    const pool = pools[algorithm.name];
    return { ...(recipe.fixedKeys && { fixedSeed: seed }), ...(pool && { pool }) };
  };
  return serialsOf(recipe, defect, from, to).map((serialNumber, i) => {
    const index = from + i;
    const clientId = clientIdOf(cohort, index);
    const algorithm = defect.weakKey ? weakRsa : algorithmOf(weights, index);
    const pair = keyFor(algorithm, policyOf(algorithm), `cohort/${cohort}`, index);
    const issuer = issuers.length === 0 ? 0 : index % issuers.length;
    const { write, signer, outer } = pressFor(issuer, algorithm);
    const subject = { clientId, index, serialNumber, spki: pair.spki, keyId: keyIdentifier(pair.publicKey) };
    const tbs = write(subject);
    const signed = signer.sign(tbs, issuerKeys[issuer] ?? importKey(pair.pkcs8));
    const whole = certificate(tbs, outer, defect.signature?.(signed) ?? signed);
    const chain = [defect.encoding?.(whole, subject) ?? whole, ...(issuers[issuer]?.chain ?? [])];
    return { clientId, key: pair.pkcs8, chain: defect.chain?.(chain) ?? chain };
  });
}

function weightedAlgorithms({ algorithms }: CohortRecipe): [Algorithm, number][] {
  return Object.entries(algorithms).map(([name, weight]) => [algorithmNamed(name), weight]);
}

function serialsOf(recipe: CohortRecipe, defect: Defect, from: number, to: number): Uint8Array[] {
  const { seed, cohort, serialOctets: octets, before } = recipe;
  if (!defect.sharesSerialNumbers)
    return cohortSerialNumbers(seed, cohort, from, to - from, { octets, before });
  const even = from - (from % 2);
  const serials = cohortSerialNumbers(seed, cohort, even, to - even, { octets, before });
  return Array.from({ length: to - from }, (_, i) => {
    const index = from + i;
    return serials[index - (index % 2) - even] ?? new Uint8Array(1);
  });
}

/**
 * What a cohort's first certificates look like apart from their keys, one for each issuer and algorithm: goes into the content address, so
 * that a forge that writes certificates differently takes no old ones from the cache.
 */
export function sampleTbs(recipe: CohortRecipe): Uint8Array {
  const sample: Subject = {
    clientId: clientIdOf(recipe.cohort, 0),
    index: 0,
    serialNumber: serialsOf(recipe, defectNamed(recipe.defect), 0, 1)[0] ?? new Uint8Array(1),
    spki: new Uint8Array(0),
    keyId: new Uint8Array(20),
  };
  const issuers = recipe.issuers.length > 0 ? recipe.issuers : [null];
  return Buffer.concat(
    issuers.flatMap((issuer) =>
      weightedAlgorithms(recipe).map(([algorithm]) => press(recipe, issuer, algorithm).write(sample)),
    ),
  );
}
