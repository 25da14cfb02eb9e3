import { X509Certificate } from 'node:crypto';

/** The name that a client is to expect in a server's certificate (PEM): `localhost` if it is valid for that, else the first it has. */
export function serverNameOf(pem: Buffer): string | null {
  const certificate = new X509Certificate(pem);
  if (certificate.checkHost('localhost') !== undefined) return 'localhost';
  const names = certificate.subjectAltName ?? '';
  return /(?:^|, )DNS:([^,]+)/.exec(names)?.[1] ?? /(?:^|, )IP Address:([^,]+)/.exec(names)?.[1] ?? null;
}
