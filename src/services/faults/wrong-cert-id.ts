import type { Fault } from './fault.ts';

export const wrongCertId: Fault = {
  name: 'wrong-cert-id',
  describe: 'the answer is about another serial number',
  services: ['ocsp'],
  prepare: () => ({
    ocsp: (draft) => ({
      ...draft,
      responses: draft.responses.map((single) => {
        // The serial number is the last field of a CertID, so the last octet is its own.
        const certId = Uint8Array.from(single.certId);
        const last = certId.length - 1;
        certId[last] = (certId[last] ?? 0) ^ 1;
        return { ...single, certId };
      }),
    }),
  }),
};
