import { handshakeType } from './handshake-type.ts';
import { Reader } from './reader.ts';

/** CertificateVerify (RFC 8446, section 4.4.3). */
export type CertificateVerify = { scheme: number; signature: Uint8Array };

/** @throws Violation */
export function readCertificateVerify(body: Uint8Array): CertificateVerify {
  const reader = new Reader(body, 'CertificateVerify');
  const scheme = reader.u16();
  const signature = reader.vector16();
  reader.finish();
  return { scheme, signature };
}

export function encodeCertificateVerify(scheme: number, signature: Uint8Array): Uint8Array {
  const message = Buffer.allocUnsafe(8 + signature.length);
  message[0] = handshakeType.certificateVerify;
  message.writeUIntBE(4 + signature.length, 1, 3);
  message.writeUInt16BE(scheme, 4);
  message.writeUInt16BE(signature.length, 6);
  message.set(signature, 8);
  return message;
}
