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
import { ServiceError } from '../service-error.ts';
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

/** The same as texts: of a CA whose keys are in no file. */
export type OcspIssuerTexts = {
  caPem: string;
  indexText: string;
  responderCertPem: string;
  responderKeyPem: string;
};

/** Reads what one CA, or several that share a responder, are made of. Throws ServiceError. */
export function readOcspIssuers(
  source: OcspIssuerFiles | OcspIssuerTexts,
  identifiedBy: 'name' | 'key',
): OcspIssuer[] {
  if ('caPem' in source)
    return issuersOf(source, identifiedBy, { ca: 'the CA', index: 'the index', responder: 'the responder' });
  const { caFile, indexFile, responderCertFile, responderKeyFile } = source;
  const texts = {
    caPem: readNamedFile('the CA', caFile).toString('latin1'),
    indexText: readNamedFile('the index', indexFile).toString('latin1'),
    responderCertPem: readNamedFile("the responder's certificate", responderCertFile).toString('latin1'),
    responderKeyPem: readNamedFile("the responder's key", responderKeyFile).toString('latin1'),
  };
  return issuersOf(texts, identifiedBy, {
    ca: caFile,
    index: indexFile,
    responder: `${responderCertFile}, ${responderKeyFile}`,
  });
}

function issuersOf(
  texts: OcspIssuerTexts,
  identifiedBy: 'name' | 'key',
  places: { ca: string; index: string; responder: string },
): OcspIssuer[] {
  const certificates = pemBlocks(texts.caPem, ['CERTIFICATE']);
  const [responder] = pemBlocks(texts.responderCertPem, ['CERTIFICATE']);
  if (certificates.length === 0)
    throw new ServiceError('ERR_SERVICE_FILE', `${places.ca} holds no certificate in PEM`);
  const index = readStatusIndex(texts.indexText, places.index);
  try {
    if (responder === undefined)
      throw new OcspError('bad-signer', "the responder's certificate is not in PEM");
    const key = readPrivateKeyPem(texts.responderKeyPem);
    const one = (certificate: Uint8Array) => ocspIssuer({ certificate, index, responder, key, identifiedBy });
    const [only, ...others] = certificates;
    return only !== undefined && others.length === 0 ? [one(only)] : thoseThat(one, certificates);
  } catch (error) {
    if (!(error instanceof OcspError)) throw error;
    throw new ServiceError(
      'ERR_SERVICE_SIGNER',
      `${places.responder}: ${error.message}; clients would refuse every answer`,
      { cause: error },
    );
  }
}

/** Of the CAs in one file those that have issued the responder's certificate. */
function thoseThat(
  one: (certificate: Uint8Array) => OcspIssuer,
  certificates: readonly Uint8Array[],
): OcspIssuer[] {
  const served = certificates.flatMap((certificate) => {
    try {
      return [one(certificate)];
    } catch (error) {
      if (error instanceof OcspError) return [];
      throw error;
    }
  });
  if (served.length > 0) return served;
  throw new OcspError('bad-signer', "the responder's certificate is good for none of the CAs");
}
