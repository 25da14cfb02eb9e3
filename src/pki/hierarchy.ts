import type { Algorithm } from './algorithms/algorithm.ts';
import type { Authority } from './authorities/authority.ts';
import type { CertificateTemplate } from './certificate.ts';
import { basicConstraints, extKeyUsage, keyUsage, nameConstraints, subjectAltName } from './extensions.ts';
import { readGeneralName } from './general-name.ts';
import { type GivenAuthority, readGivenAuthority } from './given-authority.ts';
import type { CorpusSpec } from './identity.ts';
import { name } from './name.ts';
import { algorithmNamed, authorityNamed, defectNamed } from './registry.ts';
import { validity } from './validity.ts';

/** A certificate above the clients, before it is made. */
export type AuthorityPlan = {
  name: string;
  /** Name, DER. */
  subject: Uint8Array;
  /** The plan whose key signs it, which stands before it; null for a root. */
  signedBy: string | null;
  algorithm: Algorithm;
  /** The plan whose key it certifies once more, for cross-signed roots. */
  keyOf?: string;
  /** The plan whose key identifier its certificates claim. */
  borrowedKeyId?: string;
  /** Certificates that go along with one that it has issued, by their plans' names. */
  sends: readonly string[];
  crl: boolean;
  /** A user's own CA, which is there already and is not kept. */
  given?: GivenAuthority;
  shape: (template: CertificateTemplate) => CertificateTemplate;
};

export type Hierarchy = {
  /** In the order in which they can be made; `client-ca` is the first root, `server` the broker's own certificate. */
  plans: readonly AuthorityPlan[];
  /** The CAs that issue for clients, one for each root. */
  issuing: readonly string[];
  /** What the broker's CA file holds. */
  trusted: readonly string[];
};

const asItIs = (template: CertificateTemplate): CertificateTemplate => template;

/** Name of an authority: its seed is in it, so that a certificate found somewhere tells where it came from. */
const caName = (commonName: string, spec: CorpusSpec): Uint8Array =>
  name([
    ['O', 'certstorm'],
    ['OU', spec.fixedKeys === true ? 'FIXED KEYS KNOWN TO ANYBODY, for tests only' : 'for tests only'],
    ['CN', commonName],
  ]);

/** The regular CAs of a spec and the broker's certificate. */
export function hierarchyOf(spec: CorpusSpec): Hierarchy {
  const {
    depth = 1,
    intermediates = 'sent',
    roots = 1,
    crossSigned = false,
    trust = 'all',
  } = spec.authorities ?? {};
  const algorithm = algorithmNamed(spec.caAlgorithm ?? spec.algorithm);
  const plans: AuthorityPlan[] = [];
  const issuing: string[] = [];
  const withheld: string[] = [];
  for (let root = 1; root <= roots; root += 1) {
    const suffix = root === 1 ? '' : `-${root}`;
    const rootName = root === 1 ? 'client-ca' : `root-${root}`;
    const chain: string[] = [];
    const common = { algorithm, crl: true } as const;
    const rootSubject = caName(
      root === 1 ? `certstorm CA ${spec.seed}` : `certstorm CA ${spec.seed} root ${root}`,
      spec,
    );
    const given = root === 1 && spec.signWith !== undefined ? readGivenAuthority(spec.signWith) : undefined;
    const top = {
      ...common,
      subject: rootSubject,
      shape: depth === 1 ? issuingShape(spec) : asItIs,
      ...(given !== undefined && { given, subject: given.subject, algorithm: given.algorithm }),
    };
    if (crossSigned && root > 1) chain.push(`cross-${root}`);
    plans.push({ ...top, name: rootName, signedBy: null, sends: [...chain] });
    if (crossSigned && root > 1)
      plans.push({
        ...top,
        name: `cross-${root}`,
        signedBy: 'client-ca',
        keyOf: rootName,
        sends: [],
        crl: false,
      });
    let above = rootName;
    for (let level = 1; level < depth; level += 1) {
      const own = `ca-${level}${suffix}`;
      if (intermediates === 'sent') chain.unshift(own);
      else withheld.push(own);
      plans.push({
        ...common,
        name: own,
        subject: caName(`certstorm CA ${spec.seed} level ${level}${suffix}`, spec),
        signedBy: above,
        sends: [...chain],
        shape: level === depth - 1 ? issuingShape(spec) : asItIs,
      });
      above = own;
    }
    issuing.push(above);
  }
  plans.push(serverPlan(algorithm));
  const rootNames = plans.filter(({ signedBy }) => signedBy === null).map((plan) => plan.name);
  return { plans, issuing, trusted: [...(trust === 'all' ? rootNames : rootNames.slice(0, 1)), ...withheld] };
}

function serverPlan(algorithm: Algorithm): AuthorityPlan {
  return {
    name: 'server',
    subject: name([
      ['O', 'certstorm'],
      ['CN', 'localhost'],
    ]),
    signedBy: 'client-ca',
    algorithm,
    sends: [],
    crl: false,
    shape: (template) => ({
      ...template,
      ...validity.good,
      extensions: {
        ...template.extensions,
        basicConstraints: basicConstraints({ ca: false }),
        keyUsage: keyUsage(['digitalSignature']),
        extKeyUsage: extKeyUsage(['serverAuth']),
        subjectAltName: subjectAltName([{ dns: 'localhost' }, { ip: Uint8Array.of(127, 0, 0, 1) }]),
      },
    }),
  };
}

/** What a spec asks of the CA that issues for clients. */
function issuingShape(spec: CorpusSpec): (template: CertificateTemplate) => CertificateTemplate {
  const { pathLength, nameConstraints: names } = spec.authorities ?? {};
  const read = (list: string[] | undefined, which: string) =>
    (list ?? []).map((text, i) => readGeneralName(text, `authorities.nameConstraints.${which}[${i}]`));
  const permitted = read(names?.permitted, 'permitted');
  const excluded = read(names?.excluded, 'excluded');
  return (template) => ({
    ...template,
    extensions: {
      ...template.extensions,
      ...(pathLength !== undefined && { basicConstraints: basicConstraints({ ca: true, pathLength }) }),
      ...(permitted.length + excluded.length > 0 && {
        nameConstraints: nameConstraints({ permitted, excluded }),
      }),
    },
  });
}

/** The CAs that the defects of a spec, or its kind of CRL, are about, in the order in which they can be made. */
export function extraAuthorities(
  spec: CorpusSpec,
  { plans, issuing }: Hierarchy,
  alsoNeeded: readonly string[],
): AuthorityPlan[] {
  const needed: Authority[] = [];
  const need = (wanted: string): void => {
    const authority = authorityNamed(wanted);
    if (authority.signedBy !== undefined && authority.signedBy !== 'self') need(authority.signedBy);
    if (!needed.includes(authority)) needed.push(authority);
  };
  for (const { defect } of spec.cohorts) {
    const { issuer } = defectNamed(defect);
    if (issuer !== undefined && issuer !== 'self' && issuer !== 'client-ca') need(issuer);
  }
  for (const wanted of alsoNeeded) need(wanted);
  const corpusAlgorithm = spec.caAlgorithm ?? spec.algorithm;
  const chainOf = (authority: Authority): string[] => {
    if (authority.sent === false) return [];
    const above = needed.find(({ name: other }) => other === authority.signedBy);
    return [authority.name, ...(above ? chainOf(above) : [])];
  };
  return needed.map((authority): AuthorityPlan => {
    const impersonated =
      authority.impersonates === undefined ? undefined : plans.find((plan) => plan.name === issuing[0]);
    return {
      name: authority.name,
      subject: impersonated?.subject ?? caName(authority.commonName(spec.seed), spec),
      signedBy: authority.signedBy === 'self' ? null : (authority.signedBy ?? 'client-ca'),
      algorithm: algorithmNamed(authority.algorithm ?? corpusAlgorithm),
      ...(authority.impersonates === 'name-and-key-id' &&
        impersonated && { borrowedKeyId: impersonated.name }),
      sends: chainOf(authority),
      crl: authority.crl ?? true,
      shape: authority.shape ?? asItIs,
    };
  });
}
