import { Violation } from '../alerts.ts';
import { extensionType, readExtensions } from './extensions.ts';
import { Reader } from './reader.ts';

/** CertificateRequest (RFC 8446, section 4.3.2): the schemes the server takes for a CertificateVerify, in its order. */
export type CertificateRequest = { schemes: number[]; authorities: number };

/** @throws Violation; the context must be empty, since nothing is asked after the handshake here */
export function readCertificateRequest(body: Uint8Array): CertificateRequest {
  const reader = new Reader(body, 'CertificateRequest');
  const context = reader.vector8();
  const list = reader.vector16(2);
  reader.finish();
  if (context.length > 0)
    throw new Violation('illegal_parameter', 'CertificateRequest: a context inside the handshake');
  const extensions = readExtensions(list, 'CertificateRequest');
  const algorithms = extensions.get(extensionType.signatureAlgorithms);
  if (algorithms === undefined)
    throw new Violation('missing_extension', 'CertificateRequest: no signature_algorithms');
  const outer = new Reader(algorithms, 'signature_algorithms');
  const inner = new Reader(outer.vector16(2), 'signature_algorithms');
  outer.finish();
  const schemes: number[] = [];
  while (inner.left > 0) schemes.push(inner.u16());
  let authorities = 0;
  const names = extensions.get(extensionType.certificateAuthorities);
  if (names) {
    const nameReader = new Reader(names, 'certificate_authorities');
    const each = new Reader(nameReader.vector16(3), 'certificate_authorities');
    nameReader.finish();
    while (each.left > 0) {
      each.vector16(1);
      authorities++;
    }
  }
  return { schemes, authorities };
}
