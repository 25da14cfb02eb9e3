import { type Authorities, issuerNamed, madeNamed } from './authority.ts';
import type { CrlOrder } from './crl.ts';
import type { CrlList } from './crls/crl-kind.ts';
import type { Hierarchy } from './hierarchy.ts';
import type { CorpusSpec } from './identity.ts';
import { crlDefectNamed, crlKindNamed } from './registry.ts';
import { releases, revocations } from './revocation.ts';

export const defaultPartitions = 4;

const empty: CrlList = { revoked: [], padding: 0, paddingFrom: 0, crlNumber: 1, extensions: [] };

/**
 * The CRLs that a corpus publishes, those of the CAs that issue for clients first: of the kind, with the padding and with the defect that
 * the spec asks for. Every other CA on a path that a broker may check has a good one without entries.
 */
export function publishedCrls(spec: CorpusSpec, { issuing }: Hierarchy, made: Authorities): CrlOrder[] {
  const kind = crlKindNamed(spec.crl?.kind ?? 'direct');
  const defect = crlDefectNamed(spec.crl?.defect ?? 'none');
  const revoked = revocations(spec, issuing.length);
  const released = releases(spec, issuing.length);
  const held = revoked.reduce((sum, list) => sum + list.length, 0);
  const padding = Math.max(0, spec.crlEntries - held);
  const common = {
    seed: spec.seed,
    fixed: spec.fixedKeys === true,
    ...(spec.serialOctets !== undefined && { serialOctets: spec.serialOctets }),
  };
  const orderFor = (name: string, list: CrlList, stream: string): Omit<CrlOrder, 'defect'> => {
    const signer = list.signedBy ?? name;
    const { algorithm } = madeNamed(made, signer).plan;
    return { ...common, stream, algorithm, issuer: issuerNamed(made, signer), list };
  };
  const ofIssuing = issuing.flatMap((name, root): CrlOrder[] => {
    if (defect.published === false) return [];
    const [from = 0, to = 0] = [root, root + 1].map((n) => Math.floor((padding * n) / issuing.length));
    const scope = {
      partitions: spec.crl?.partitions ?? defaultPartitions,
      issuer: madeNamed(made, name).plan.subject,
      released: released[root] ?? [],
      crlIssuer: made.get('crl-issuer')?.plan.subject ?? new Uint8Array(0),
    };
    const stream = root === 0 ? 'crl' : `crl/${name}`;
    return kind
      .lists(revoked[root] ?? [], to - from, scope)
      .map((list) => ({ ...orderFor(name, shifted(list, spec, from), stream), defect }));
  });
  const others = [...made.values()]
    .filter(({ plan }) => plan.crl && !issuing.includes(plan.name))
    .map(({ plan }): CrlOrder => ({ ...orderFor(plan.name, empty, `crl/${plan.name}`), defect: {} }));
  // A broker that is told to check wants some CRL: where the right one is missing it gets that of a CA that has issued nothing.
  const stranger: CrlOrder[] =
    defect.published === false ? [{ ...orderFor('unknown-ca', empty, 'crl/unknown-ca'), defect: {} }] : [];
  return [...ofIssuing, ...others, ...stranger];
}

/** Short serial numbers are counted over the whole corpus, whatever the stream. */
const shifted = (list: CrlList, spec: CorpusSpec, from: number): CrlList =>
  spec.serialOctets === undefined ? list : { ...list, paddingFrom: list.paddingFrom + from };
