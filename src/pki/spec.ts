import { type Subject, tbsCertificateWriter } from './certificate.ts';
import { clientTemplate } from './client-template.ts';
import { hierarchyOf } from './hierarchy.ts';
import type { AuthoritiesSpec, CertificateSpec, CohortSpec, CorpusSpec } from './identity.ts';
import { PkiError } from './pki-error.ts';
import { algorithmNamed, authorityNamed, crlDefectNamed, crlKindNamed, defectNamed } from './registry.ts';
import { algorithmWeights } from './revocation.ts';
import { serialCapacity } from './serial.ts';

/** Client ids are file names and common names (at most 64 characters, RFC 5280 A.1), so cohort names are kept plain. */
const cohortName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/;
const most = 10_000_000;
const largestCertificate = 65_536;

function checkCount(value: number | undefined, what: string, lowest: number, highest = most): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || value < lowest || value > highest) {
    throw new PkiError('bad-spec', `${what}: ${value} is not a whole number from ${lowest} to ${highest}.`);
  }
}

/** Throws PkiError `bad-spec` for what no corpus can be made of. */
export function checkSpec(spec: CorpusSpec): void {
  if (!Number.isInteger(spec.seed) || spec.seed < 0 || spec.seed > 0xffffffff) {
    throw new PkiError('bad-spec', `seed: ${spec.seed} is not a whole number from 0 to 4294967295.`);
  }
  checkAlgorithm(spec.algorithm, 'algorithm', spec);
  if (spec.caAlgorithm !== undefined) checkAlgorithm(spec.caAlgorithm, 'caAlgorithm', spec);
  checkCount(spec.crlEntries, 'crlEntries', 0);
  checkCount(spec.keyPool, 'keyPool', 1, 100_000);
  checkCount(spec.serialOctets, 'serialOctets', 1, 20);
  checkCount(spec.certificate?.size, 'certificate.size', 0, largestCertificate);
  if (spec.fixedKeys && spec.keys === 'pooled')
    throw new PkiError('bad-spec', 'fixedKeys: keys are computed one by one; take keys: fresh with it.');
  checkAuthorities(spec.authorities ?? {});
  crlKindNamed(spec.crl?.kind ?? 'direct');
  crlDefectNamed(spec.crl?.defect ?? 'none');
  checkCount(spec.crl?.partitions, 'crl.partitions', 1, 1000);
  const names = new Set<string>();
  for (const [index, cohort] of spec.cohorts.entries()) {
    const place = `cohorts[${index}]`;
    if (!cohortName.test(cohort.name)) {
      throw new PkiError(
        'bad-spec',
        `${place}.name: "${cohort.name}" is not 1 to 50 letters, digits, dots, hyphens or underscores, a letter or digit first.`,
      );
    }
    if (names.has(cohort.name))
      throw new PkiError('bad-spec', `${place}.name: "${cohort.name}" is taken by another cohort.`);
    names.add(cohort.name);
    checkCohort(spec, cohort, place);
  }
  checkSerials(spec);
  checkShapes(spec);
}

/** What templates are filled in with in order to be tried: any will do. */
const sample: Subject = {
  clientId: 'a-00001',
  index: 0,
  serialNumber: Uint8Array.of(1),
  spki: new Uint8Array(0),
  keyId: new Uint8Array(20),
};

/** Names, templates and usages, by making what they are for. */
function checkShapes(spec: CorpusSpec): void {
  hierarchyOf(spec);
  const check = (cohort: string, certificate: CertificateSpec) => {
    const shape = {
      seed: spec.seed,
      cohort,
      signatureAlgorithm: new Uint8Array(0),
      issuer: null,
      certificate,
    };
    tbsCertificateWriter(clientTemplate(shape))(sample);
  };
  check('a', spec.certificate ?? {});
  for (const [index, { name, certificate }] of spec.cohorts.entries()) {
    if (!certificate) continue;
    try {
      check(name, { ...spec.certificate, ...certificate });
    } catch (error) {
      if (error instanceof PkiError) throw new PkiError('bad-spec', `cohorts[${index}].${error.message}`);
      throw error;
    }
  }
}

function checkCohort(spec: CorpusSpec, cohort: CohortSpec, place: string): void {
  const defect = defectNamed(cohort.defect);
  checkCount(cohort.identities, `${place}.identities`, defect.certificate ? 1 : 0);
  checkCount(cohort.certificate?.size, `${place}.certificate.size`, 0, largestCertificate);
  const weights = Object.entries(algorithmWeights(spec, cohort));
  if (!weights.some(([, weight]) => weight > 0) || weights.some(([, weight]) => !(weight >= 0)))
    throw new PkiError(
      'bad-spec',
      `${place}.algorithm: it takes weights from 0 on, at least one of them above 0.`,
    );
  for (const [algorithm] of weights) checkAlgorithm(algorithm, `${place}.algorithm`, spec);
  if (!spec.fixedKeys) return;
  const byRsa =
    defect.weakKey ??
    (defect.issuer && !['self', 'client-ca'].includes(defect.issuer)
      ? authorityNamed(defect.issuer).algorithm
      : undefined);
  if (byRsa !== undefined)
    throw new PkiError(
      'bad-spec',
      `${place}.defect: ${defect.name} takes an RSA key, and OpenSSL draws those at random; leave it out with fixedKeys.`,
    );
}

function checkAlgorithm(wanted: string, place: string, { fixedKeys }: CorpusSpec): void {
  const algorithm = algorithmNamed(wanted);
  if (algorithm.unavailable !== undefined)
    throw new PkiError('bad-spec', `${place}: ${wanted} is not to be had here: ${algorithm.unavailable}.`);
  if (fixedKeys && !algorithm.fixed)
    throw new PkiError(
      'bad-spec',
      `${place}: keys of ${wanted} can't be fixed, for OpenSSL draws them at random; fixedKeys works with ecdsa-p256, ecdsa-p384 and ed25519.`,
    );
}

function checkAuthorities({ depth = 1, roots, pathLength, nameConstraints }: AuthoritiesSpec): void {
  checkCount(depth, 'authorities.depth', 1, 4);
  checkCount(roots, 'authorities.roots', 1, 4);
  checkCount(pathLength, 'authorities.pathLength', 0, 100);
  if (nameConstraints && depth < 2)
    throw new PkiError(
      'bad-spec',
      'authorities.nameConstraints: at depth 1 they would be the root’s, which has issued the broker’s certificate too; take depth 2 or more.',
    );
}

function checkSerials(spec: CorpusSpec): void {
  const octets = spec.serialOctets;
  if (octets === undefined) return;
  const carrying = spec.cohorts.filter(({ defect }) => defectNamed(defect).certificate);
  const held = carrying.reduce((sum, { identities }) => sum + identities, 0);
  for (const [count, kind, what] of [
    [held, 'held', 'identities'],
    [spec.crlEntries, 'padding', 'CRL entries'],
  ] as const) {
    if (count > serialCapacity(octets, kind))
      throw new PkiError(
        'bad-spec',
        `serialOctets: ${octets} hold at most ${serialCapacity(octets, kind)} serial numbers for ${what}, not ${count}.`,
      );
  }
}
