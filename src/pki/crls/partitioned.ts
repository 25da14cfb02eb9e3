import { crlDistributionPoints, issuingDistributionPoint } from '../extensions.ts';
import { forCaCertificates } from './ca-certificates.ts';
import type { CrlKind } from './crl-kind.ts';

const uriOf = (partition: number): string => `http://crl.certstorm.invalid/${partition}.crl`;

export const partitioned: CrlKind = {
  name: 'partitioned',
  describe: 'several CRLs of the CA, each for the certificates that name its distribution point',
  clause: 'RFC 5280 5.2.5, 6.3.3 (b)(2)',
  opensslFlags: [],
  distributionPoints: ({ partitions }) => {
    const encoded = Array.from({ length: partitions }, (_, i) => crlDistributionPoints([uriOf(i)]));
    return ({ index }) => encoded[index % partitions] ?? new Uint8Array(0);
  },
  lists: (revoked, padding, { partitions }) => [
    ...Array.from({ length: partitions }, (_, partition) => {
      const [from, to] = [partition, partition + 1].map((n) => Math.floor((padding * n) / partitions));
      return {
        revoked: revoked.filter(({ index }) => index % partitions === partition),
        padding: (to ?? 0) - (from ?? 0),
        paddingFrom: from ?? 0,
        crlNumber: 1,
        extensions: [issuingDistributionPoint({ uri: uriOf(partition), indirect: false })],
      };
    }),
    forCaCertificates,
  ],
};
