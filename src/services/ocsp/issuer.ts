import { X509Certificate } from 'node:crypto';
import {
  type CertId,
  type CertIdHash,
  certIdIssuerOf,
  issuerHashes,
  OcspError,
  type OcspSigner,
  ocspSigner,
  readPrivateKeyPem,
} from '../../pki/ocsp/index.ts';
import { pemBlocks, readNamedFile } from '../read-file.ts';
import { messageOf, ServiceError } from '../service-error.ts';
import { readStatusIndex, type StatusIndex } from './status-index.ts';

/** Where one CA's part is: paths of PEM files and of an index as `openssl ca` keeps it. */
export type OcspIssuerFiles = {
  /** The CA whose certificates are answered for; where there are several, each that the responder's certificate is good for. */
  caFile: string;
  indexFile: string;
  /** The CA's own, or one that it has issued for OCSP signing. */
  responderCertFile: string;
  responderKeyFile: string;
};

/** A CA that is answered for. */
export type OcspIssuer = {
  /** Subject, for people. */
  name: string;
  certificate: Uint8Array;
  index: StatusIndex;
  signer: OcspSigner;
  /** Whether a CertID is about this CA. */
  isIssuerOf(certId: CertId): boolean;
};

/** Throws ServiceError where clients would refuse what it signs. */
export function ocspIssuer(
  parts: { certificate: Uint8Array; index: StatusIndex } & Omit<
    Parameters<typeof ocspSigner>[0],
    'issuer' | 'certificate'
  > & {
      responder: Uint8Array;
    },
): OcspIssuer {
  const { certificate, index, responder, ...rest } = parts;
  const hashed = certIdIssuerOf(certificate);
  const known = new Map<CertIdHash, readonly [Buffer, Buffer]>();
  return {
    name: new X509Certificate(certificate).subject.replaceAll('\n', ', '),
    certificate,
    index,
    signer: ocspSigner({ ...rest, issuer: certificate, certificate: responder }),
    isIssuerOf({ hash, issuerNameHash, issuerKeyHash }) {
      if (hash === null) return false;
      const hashes = known.get(hash) ?? issuerHashes(hashed, hash);
      known.set(hash, hashes);
      return hashes[0].equals(issuerNameHash) && hashes[1].equals(issuerKeyHash);
    },
  };
}

/** Reads the files of one CA, or of several that share a responder. Throws ServiceError. */
export function readOcspIssuers(files: OcspIssuerFiles, identifiedBy: 'name' | 'key'): OcspIssuer[] {
  const { caFile, indexFile, responderCertFile, responderKeyFile } = files;
  const certificates = pemBlocks(readNamedFile('the CA', caFile).toString('latin1'), ['CERTIFICATE']);
  const [responder] = pemBlocks(
    readNamedFile("the responder's certificate", responderCertFile).toString('latin1'),
    ['CERTIFICATE'],
  );
  if (certificates.length === 0)
    throw new ServiceError('ERR_SERVICE_FILE', `${caFile} holds no certificate in PEM`);
  if (responder === undefined)
    throw new ServiceError('ERR_SERVICE_FILE', `${responderCertFile} holds no certificate in PEM`);
  const index = readStatusIndex(readNamedFile('the index', indexFile).toString('latin1'), indexFile);
  const keyPem = readNamedFile("the responder's key", responderKeyFile);
  try {
    const key = readPrivateKeyPem(keyPem);
    const one = (certificate: Uint8Array) => ocspIssuer({ certificate, index, responder, key, identifiedBy });
    const [only, ...others] = certificates;
    if (only !== undefined && others.length === 0) return [one(only)];
    const served = certificates.flatMap((certificate) => {
      try {
        return [one(certificate)];
      } catch (error) {
        if (error instanceof OcspError) return [];
        throw error;
      }
    });
    if (served.length > 0) return served;
    throw new OcspError('bad-signer', `the responder's certificate is good for none of the CAs in ${caFile}`);
  } catch (error) {
    if (!(error instanceof OcspError)) throw error;
    throw new ServiceError(
      'ERR_SERVICE_SIGNER',
      `${responderCertFile}, ${responderKeyFile}: ${messageOf(error)}; clients would refuse every answer`,
      { cause: error },
    );
  }
}
