import { Violation } from '../alerts.ts';
import { extensionType, readExtensions } from './extensions.ts';
import { Reader } from './reader.ts';

/** ServerHello or HelloRetryRequest (RFC 8446, sections 4.1.3 and 4.1.4); all views over the message. */
export type ServerHello = {
  retry: boolean;
  cipherSuite: number;
  /** The server's share; in a HelloRetryRequest the group alone, null where it names none. */
  group: number | null;
  share: Uint8Array | null;
  cookie: Uint8Array | null;
  /** selected_identity, null without pre_shared_key. */
  pskIdentity: number | null;
};

/** The random that makes a ServerHello a HelloRetryRequest: SHA-256 of "HelloRetryRequest". */
const retryRandom = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');

const helloExtensions: ReadonlySet<number> = new Set([
  extensionType.supportedVersions,
  extensionType.keyShare,
  extensionType.preSharedKey,
]);
const retryExtensions: ReadonlySet<number> = new Set([
  extensionType.supportedVersions,
  extensionType.keyShare,
  extensionType.cookie,
]);

/**
 * @param body the message without its four bytes of header
 * @param sessionId what the ClientHello carried and the server must echo
 * @param offered extension types of the ClientHello
 * @throws Violation
 */
export function readServerHello(
  body: Uint8Array,
  sessionId: Uint8Array,
  offered: ReadonlySet<number>,
): ServerHello {
  const reader = new Reader(body, 'ServerHello');
  const legacyVersion = reader.u16();
  const retry = retryRandom.equals(reader.take(32));
  const echoed = reader.vector8();
  const cipherSuite = reader.u16();
  const compression = reader.u8();
  // TLS 1.2 servers may end here; then there is no supported_versions either.
  const list = reader.left === 0 ? new Uint8Array(0) : reader.vector16();
  reader.finish();
  if (legacyVersion !== 0x0303)
    throw new Violation('protocol_version', `ServerHello: version 0x${legacyVersion.toString(16)}`);
  if (!hasSupportedVersions(list))
    throw new Violation(
      'protocol_version',
      'ServerHello: the server chose TLS 1.2; only TLS 1.3 is spoken here',
    );
  const extensions = readExtensions(list, retry ? 'HelloRetryRequest' : 'ServerHello', {
    allowed: retry ? retryExtensions : helloExtensions,
    // A cookie is the one extension that a server may send unasked.
    offered: retry ? new Set([...offered, extensionType.cookie]) : offered,
  });
  const version = extensions.get(extensionType.supportedVersions) as Uint8Array;
  const versionReader = new Reader(version, 'supported_versions');
  const chosen = versionReader.u16();
  versionReader.finish();
  if (chosen !== 0x0304)
    throw new Violation('illegal_parameter', `ServerHello: version 0x${chosen.toString(16)} was not offered`);
  if (compression !== 0) throw new Violation('illegal_parameter', 'ServerHello: compression is not null');
  if (Buffer.compare(echoed, sessionId) !== 0)
    throw new Violation('illegal_parameter', 'ServerHello: the session id is not the one sent');
  const hello: ServerHello = {
    retry,
    cipherSuite,
    group: null,
    share: null,
    cookie: null,
    pskIdentity: null,
  };
  const keyShare = extensions.get(extensionType.keyShare);
  if (keyShare) {
    const share = new Reader(keyShare, 'key_share');
    hello.group = share.u16();
    if (!retry) hello.share = share.vector16(1);
    share.finish();
  }
  const cookie = extensions.get(extensionType.cookie);
  if (cookie) {
    const cookieReader = new Reader(cookie, 'cookie');
    hello.cookie = cookieReader.vector16(1);
    cookieReader.finish();
  }
  const psk = extensions.get(extensionType.preSharedKey);
  if (psk) {
    const pskReader = new Reader(psk, 'pre_shared_key');
    hello.pskIdentity = pskReader.u16();
    pskReader.finish();
  }
  return hello;
}

/** Looked for before anything else of the extensions is judged: a TLS 1.2 server answers with extensions of TLS 1.2. */
function hasSupportedVersions(list: Uint8Array): boolean {
  const reader = new Reader(list, 'extensions of ServerHello');
  let found = false;
  while (reader.left > 0) {
    if (reader.u16() === extensionType.supportedVersions) found = true;
    reader.vector16();
  }
  return found;
}
