import type { Defect } from './defect.ts';

/** The first so many per cent of a certificate. */
export const truncated = (percent: number): Defect => ({
  name: `truncated-${percent}`,
  describe: `the first ${percent} % of the certificate`,
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1',
  verifyErrors: [],
  undecodable: true,
  driver: 'wire',
  encoding: (certificate) => certificate.subarray(0, Math.floor((certificate.length * percent) / 100)),
});
