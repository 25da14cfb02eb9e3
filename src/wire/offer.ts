import { isIP } from 'node:net';
import { type CipherSuite, cipherSuiteNamed, cipherSuites } from './crypto/cipher-suites.ts';
import { fillRandom } from './crypto/entropy.ts';
import { groupNamed, type KeyShare, type NamedGroup } from './crypto/named-groups.ts';
import { type KeyShares, keyShareSource } from './key-share-pool.ts';
import { type ClientHelloFields, encodeClientHello, type Hello } from './messages/client-hello.ts';
import { bind, offeredPsk, type Session } from './session.ts';
import { signatureSchemeNamed, signatureSchemes } from './signature-schemes.ts';
import { WireError } from './wire-error.ts';

export type OfferOptions = {
  /** Sent as SNI unless it is an IP address (RFC 6066, section 3). */
  serverName: string;
  /** Names in order of preference; default x25519, secp256r1, secp384r1. */
  groups?: readonly string[];
  /** Groups whose share is sent at once; default the first of `groups`. Others cost a HelloRetryRequest. */
  shareGroups?: readonly string[];
  /** Names in order of preference; default all three of TLS 1.3, AES-128-GCM first. */
  cipherSuites?: readonly string[];
  /** What the server may sign with; default everything that the runtime can verify. */
  signatureSchemes?: readonly string[];
  /** Application protocols, e.g. `mqtt`; default none. */
  alpn?: readonly string[];
  keyShares?: KeyShares;
  /** A session id and a change_cipher_spec, as middleboxes like to see them (RFC 8446, appendix D.4); default true. */
  compatibilityMode?: boolean;
};

/** Makes ClientHellos. Prepared once; what is common to all is encoded beforehand. */
export type Offer = {
  suites: readonly CipherSuite[];
  groups: readonly NamedGroup[];
  /** Codes of the signature schemes. */
  schemes: ReadonlySet<number>;
  alpn: readonly string[];
  /** The first ClientHello; with `session` its ticket is offered. */
  first(session: Session | null): Hello;
  /** The second one, after a HelloRetryRequest: `transcript` is what precedes it (message_hash and the request). */
  retry(first: Hello, retry: Retry): Hello;
};

export type Retry = {
  group: NamedGroup | null;
  cookie: Uint8Array | null;
  session: Session | null;
  transcript: Uint8Array;
};

const defaultGroups = ['x25519', 'secp256r1', 'secp384r1'];

/**
 * What a client offers, encoded once.
 * @throws WireError UNKNOWN_GROUP, UNKNOWN_CIPHER_SUITE, UNKNOWN_SIGNATURE_SCHEME, NOTHING_OFFERED, BAD_ALPN
 * @example prepareOffer({ serverName: 'broker.example', groups: ['X25519MLKEM768', 'x25519'], alpn: ['mqtt'] })
 */
export function prepareOffer(options: OfferOptions): Offer {
  const groups = (options.groups ?? defaultGroups).map(groupNamed);
  const suites = (options.cipherSuites ?? cipherSuites.map((suite) => suite.name)).map(cipherSuiteNamed);
  const schemes = (options.signatureSchemes ?? signatureSchemes.map((scheme) => scheme.name)).map(
    signatureSchemeNamed,
  );
  const shareGroups = options.shareGroups?.map(groupNamed) ?? groups.slice(0, 1);
  const alpn = options.alpn ?? [];
  if (groups.length === 0 || suites.length === 0 || schemes.length === 0)
    throw new WireError(
      'NOTHING_OFFERED',
      'a ClientHello needs at least one group, cipher suite and signature scheme',
    );
  const stray = shareGroups.find((group) => !groups.includes(group));
  if (stray)
    throw new WireError('UNKNOWN_GROUP', `a key share of ${stray.name} is sent only where groups names it`);
  const unfit = alpn.find((name) => name.length === 0 || Buffer.byteLength(name) > 255);
  if (unfit !== undefined) throw new WireError('BAD_ALPN', 'an application protocol has 1 to 255 bytes');
  const compatibilityMode = options.compatibilityMode ?? true;
  const sources = shareGroups.map((group) => keyShareSource(group, options.keyShares ?? 'fresh'));
  const common: Omit<ClientHelloFields, 'shares' | 'cookie' | 'psk'> = {
    random: new Uint8Array(32),
    sessionId: new Uint8Array(compatibilityMode ? 32 : 0),
    cipherSuites: suites.map((suite) => suite.code),
    groups: groups.map((group) => group.code),
    signatureSchemes: schemes.map((scheme) => scheme.code),
    serverName: isIP(options.serverName) === 0 && options.serverName !== '' ? options.serverName : null,
    alpn,
  };
  const blank = shareGroups.map((group) => ({
    group: group.code,
    publicBytes: new Uint8Array(group.clientLength),
  }));
  const template = encodeClientHello({ ...common, shares: blank, cookie: null, psk: null });
  const { randomAt, sessionIdAt, sharesAt, extensions } = template;

  return {
    suites,
    groups,
    schemes: new Set(schemes.map((scheme) => scheme.code)),
    alpn,
    first(session) {
      const shares = sources.map((source) => source());
      if (session !== null) return resuming(common, shares, session, compatibilityMode);
      const message = Buffer.allocUnsafe(template.message.length);
      message.set(template.message);
      fillRandom(message, randomAt, 32);
      if (compatibilityMode) fillRandom(message, sessionIdAt, 32);
      for (let i = 0; i < shares.length; i++)
        message.set((shares[i] as KeyShare).publicBytes, sharesAt[i] as number);
      const sessionId = compatibilityMode
        ? message.subarray(sessionIdAt, sessionIdAt + 32)
        : new Uint8Array(0);
      return { message, sessionId, shares, extensions };
    },
    retry: (first, retry) => second(common, first, retry, options.keyShares ?? 'fresh'),
  };
}

type CommonFields = Omit<ClientHelloFields, 'shares' | 'cookie' | 'psk'>;

function resuming(
  common: CommonFields,
  shares: KeyShare[],
  session: Session,
  compatibilityMode: boolean,
): Hello {
  const random = new Uint8Array(32);
  const sessionId = new Uint8Array(compatibilityMode ? 32 : 0);
  fillRandom(random, 0, 32);
  fillRandom(sessionId, 0, sessionId.length);
  const layout = encodeClientHello({
    ...common,
    random,
    sessionId,
    shares: shares.map((share) => ({ group: share.group.code, publicBytes: share.publicBytes })),
    cookie: null,
    psk: offeredPsk(session),
  });
  bind(session, layout, new Uint8Array(0));
  return { message: layout.message, sessionId, shares, extensions: layout.extensions };
}

/** The same hello but for the share, the cookie and the binder (section 4.1.2). */
function second(common: CommonFields, first: Hello, retry: Retry, keyShares: KeyShares): Hello {
  const shares = retry.group === null ? first.shares : [keyShareSource(retry.group, keyShares)()];
  const layout = encodeClientHello({
    ...common,
    random: first.message.subarray(6, 38),
    sessionId: first.sessionId,
    shares: shares.map((share) => ({ group: share.group.code, publicBytes: share.publicBytes })),
    cookie: retry.cookie,
    psk: retry.session === null ? null : offeredPsk(retry.session),
  });
  if (retry.session !== null) bind(retry.session, layout, retry.transcript);
  return { message: layout.message, sessionId: first.sessionId, shares, extensions: layout.extensions };
}
