import type { CipherSuite } from './crypto/cipher-suites.ts';
import { expandLabel, extract, noContext, type SuiteHash } from './crypto/hkdf.ts';
import type { HmacKey } from './crypto/hmac.ts';

/** The key schedule of RFC 8446, section 7.1, from the (EC)DHE secret to the resumption secret. */
export class KeySchedule {
  readonly hash: SuiteHash;
  private readonly salt: HmacKey;
  private handshakeKey: HmacKey | null = null;
  private masterKey: HmacKey | null = null;

  /** @param psk the PSK that the server chose, null in a full handshake */
  constructor(hash: SuiteHash, psk: Uint8Array | null) {
    this.hash = hash;
    this.salt = psk === null ? constantsOf(hash).handshakeSalt : saltAfter(hash, earlyKey(hash, psk));
  }

  /** @param helloHash Transcript-Hash(ClientHello..ServerHello) */
  handshake(sharedSecret: Uint8Array, helloHash: Uint8Array): { client: HmacKey; server: HmacKey } {
    const { hash } = this;
    const key = hash.hmacKey(extract(this.salt, sharedSecret));
    this.handshakeKey = key;
    return {
      client: hash.hmacKey(expandLabel(key, 'c hs traffic', helloHash, hash.length)),
      server: hash.hmacKey(expandLabel(key, 's hs traffic', helloHash, hash.length)),
    };
  }

  /** @param finishedHash Transcript-Hash(ClientHello..server Finished) */
  application(finishedHash: Uint8Array): { client: HmacKey; server: HmacKey } {
    const { hash, handshakeKey } = this;
    if (handshakeKey === null) throw new TypeError('application secrets before handshake secrets');
    const key = hash.hmacKey(extract(saltAfter(hash, handshakeKey), constantsOf(hash).zeros));
    this.masterKey = key;
    return {
      client: hash.hmacKey(expandLabel(key, 'c ap traffic', finishedHash, hash.length)),
      server: hash.hmacKey(expandLabel(key, 's ap traffic', finishedHash, hash.length)),
    };
  }

  /** @param clientFinishedHash Transcript-Hash(ClientHello..client Finished) */
  resumption(clientFinishedHash: Uint8Array): HmacKey {
    const { hash, masterKey } = this;
    if (masterKey === null) throw new TypeError('resumption secret before application secrets');
    return hash.hmacKey(expandLabel(masterKey, 'res master', clientFinishedHash, hash.length));
  }
}

/** [sender]_write_key and iv of a traffic secret (section 7.3). */
export function trafficKeys(suite: CipherSuite, secret: HmacKey): { key: Uint8Array; iv: Uint8Array } {
  return {
    key: expandLabel(secret, 'key', noContext, suite.keyLength),
    iv: expandLabel(secret, 'iv', noContext, 12),
  };
}

/** application_traffic_secret_N+1 (section 7.2). */
export function updatedSecret(hash: SuiteHash, secret: HmacKey): HmacKey {
  return hash.hmacKey(expandLabel(secret, 'traffic upd', noContext, hash.length));
}

/** verify_data of a Finished, or a PSK binder (section 4.4.4). */
export function verifyData(hash: SuiteHash, secret: HmacKey, transcriptHash: Uint8Array): Uint8Array {
  return hash.hmacKey(expandLabel(secret, 'finished', noContext, hash.length)).mac(transcriptHash);
}

/** PSK of a ticket (section 4.6.1). */
export function ticketPsk(hash: SuiteHash, resumptionSecret: HmacKey, nonce: Uint8Array): Uint8Array {
  return expandLabel(resumptionSecret, 'resumption', nonce, hash.length);
}

/** binder_key of a resumption PSK (section 7.1). */
export function binderKey(hash: SuiteHash, psk: Uint8Array): HmacKey {
  return hash.hmacKey(
    expandLabel(earlyKey(hash, psk), 'res binder', constantsOf(hash).emptyHash, hash.length),
  );
}

type Constants = { zeros: Uint8Array; emptyHash: Uint8Array; handshakeSalt: HmacKey };
const constants = new Map<SuiteHash, Constants>();

/** What every handshake without PSK begins with is computed once for each hash. */
function constantsOf(hash: SuiteHash): Constants {
  let found = constants.get(hash);
  if (found === undefined) {
    const zeros = new Uint8Array(hash.length);
    const emptyHash = Uint8Array.from(hash.digest(noContext));
    const early = hash.hmacKey(extract(hash.hmacKey(zeros), zeros));
    const handshakeSalt = hash.hmacKey(expandLabel(early, 'derived', emptyHash, hash.length));
    found = { zeros, emptyHash, handshakeSalt };
    constants.set(hash, found);
  }
  return found;
}

function earlyKey(hash: SuiteHash, psk: Uint8Array): HmacKey {
  return hash.hmacKey(extract(hash.hmacKey(constantsOf(hash).zeros), psk));
}

function saltAfter(hash: SuiteHash, secret: HmacKey): HmacKey {
  return hash.hmacKey(expandLabel(secret, 'derived', constantsOf(hash).emptyHash, hash.length));
}
