import type { SuiteHash } from './crypto/hkdf.ts';
import type { HmacKey } from './crypto/hmac.ts';
import type { PreparedIdentity } from './identity.ts';
import { verifyData } from './key-schedule.ts';
import type { FlightPart } from './lies/lie.ts';
import type { CertificateRequest } from './messages/certificate-request.ts';
import { encodeCertificateVerify } from './messages/certificate-verify.ts';
import { handshakeType } from './messages/handshake-type.ts';
import { type SignatureScheme, signedContent } from './signature-schemes.ts';
import type { Transcript } from './transcript.ts';

/** What the client showed of itself: asked for nothing; a certificate; or an empty list, since it had none or none that the server takes. */
export type Presented = 'not-asked' | 'certificate' | 'nothing';

const whole: readonly FlightPart[] = ['certificate', 'certificate-verify', 'finished'];
const empty: readonly FlightPart[] = ['certificate', 'finished'];
const unasked: readonly FlightPart[] = ['finished'];
/** Section 4.5: no content. Only a lie sends it, for there is no early data. */
const endOfEarlyData = Uint8Array.of(handshakeType.endOfEarlyData, 0, 0, 0);

/**
 * The client's second flight (RFC 8446, section 4.4), appended to the transcript: Certificate and CertificateVerify where the server
 * asked, Finished always, each over the transcript up to it. A key that fits none of the server's schemes presents nothing (section
 * 4.4.2.3), unless a lie says otherwise.
 */
export function appendFlight(
  transcript: Transcript,
  hash: SuiteHash,
  clientSecret: HmacKey,
  identity: PreparedIdentity,
  request: CertificateRequest | null,
): Presented {
  const { conduct } = identity;
  const scheme = request === null ? null : chooseScheme(identity, request);
  let presented: Presented = 'not-asked';
  let parts = conduct === null ? unasked : conduct.flight(unasked);
  if (request !== null) {
    const told = conduct === null ? whole : conduct.flight(whole);
    const signs = scheme !== null || !told.includes('certificate-verify');
    if (identity.presents && signs && told.includes('certificate')) {
      presented = 'certificate';
      parts = told;
    } else {
      presented = 'nothing';
      parts = conduct === null ? empty : conduct.flight(empty);
    }
  }
  for (const part of parts) {
    if (part === 'certificate')
      transcript.appendOwn(presented === 'certificate' ? identity.certificate : identity.emptyCertificate);
    else if (part === 'certificate-verify') {
      if (scheme !== null) transcript.appendOwn(certificateVerify(transcript, hash, identity, scheme));
    } else if (part === 'end-of-early-data') transcript.appendOwn(endOfEarlyData);
    else transcript.appendOwn(finished(transcript, hash, clientSecret, identity));
  }
  return presented;
}

function chooseScheme(identity: PreparedIdentity, request: CertificateRequest): SignatureScheme | null {
  for (const scheme of identity.schemes) if (request.schemes.includes(scheme.code)) return scheme;
  return identity.conduct?.presentsUnasked === true ? (identity.schemes[0] ?? null) : null;
}

function certificateVerify(
  transcript: Transcript,
  hash: SuiteHash,
  identity: PreparedIdentity,
  scheme: SignatureScheme,
): Uint8Array {
  const { conduct } = identity;
  const content = signedContent('client', transcript.digest(hash, transcript.length));
  const signature = identity.sign(scheme, content);
  return conduct === null
    ? encodeCertificateVerify(scheme.code, signature)
    : encodeCertificateVerify(conduct.claimedScheme(scheme), conduct.signature(signature));
}

function finished(
  transcript: Transcript,
  hash: SuiteHash,
  clientSecret: HmacKey,
  identity: PreparedIdentity,
): Uint8Array {
  const honest = verifyData(hash, clientSecret, transcript.digest(hash, transcript.length));
  const data = identity.conduct === null ? honest : identity.conduct.verifyData(honest);
  const message = Buffer.allocUnsafe(4 + data.length);
  message[0] = handshakeType.finished;
  message[1] = 0;
  message[2] = 0;
  message[3] = data.length;
  message.set(data, 4);
  return message;
}
