/**
 * Fixed dates: a corpus never goes stale and is the same whenever it is made. All through 2049, the last year of UTCTime
 * (RFC 5280 4.1.2.5). The CAs begin earlier, so that an expired certificate lay within its issuer's validity.
 */
export const validity = {
  authority: { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') },
  good: { notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') },
  expired: { notBefore: new Date('2023-01-01T00:00:00Z'), notAfter: new Date('2024-12-31T23:59:59Z') },
  notYetValid: { notBefore: new Date('2048-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') },
  crl: { thisUpdate: new Date('2025-06-01T00:00:00Z'), nextUpdate: new Date('2049-12-31T23:59:59Z') },
  /** When the revoked were revoked. */
  revocationDate: new Date('2025-05-01T00:00:00Z'),
} as const;
