import { Violation } from '../alerts.ts';
import { Reader } from './reader.ts';

/** ExtensionType (RFC 8446, section 4.2), those that this client sends or has to recognise. */
export const extensionType = {
  serverName: 0,
  maxFragmentLength: 1,
  statusRequest: 5,
  supportedGroups: 10,
  signatureAlgorithms: 13,
  applicationLayerProtocolNegotiation: 16,
  signedCertificateTimestamp: 18,
  padding: 21,
  recordSizeLimit: 28,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  cookie: 44,
  pskKeyExchangeModes: 45,
  certificateAuthorities: 47,
  oidFilters: 48,
  postHandshakeAuth: 49,
  signatureAlgorithmsCert: 50,
  keyShare: 51,
} as const;

/** What a message may carry: `allowed` there at all, `answers` an extension that the client sent. */
export type ExtensionRules = { allowed: ReadonlySet<number>; offered: ReadonlySet<number> };

const known: ReadonlySet<number> = new Set(Object.values(extensionType));

/**
 * An extension list, to its last byte. No type twice (illegal_parameter). With rules: an answer to something that was not asked is
 * unsupported_extension, one that belongs in another message illegal_parameter (RFC 8446, section 4.2). Without rules (requests by the
 * server, tickets) unknown types are kept and ignored by the caller.
 */
export function readExtensions(
  list: Uint8Array,
  what: string,
  rules?: ExtensionRules,
): Map<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  const reader = new Reader(list, `extensions of ${what}`);
  while (reader.left > 0) {
    const type = reader.u16();
    const data = reader.vector16();
    if (extensions.has(type)) throw new Violation('illegal_parameter', `${what}: extension ${type} twice`);
    if (rules && !(rules.allowed.has(type) && rules.offered.has(type))) {
      if (known.has(type) && !rules.allowed.has(type) && rules.offered.has(type))
        throw new Violation('illegal_parameter', `${what}: extension ${type} does not belong in it`);
      throw new Violation('unsupported_extension', `${what}: extension ${type} was not offered`);
    }
    extensions.set(type, data);
  }
  return extensions;
}
