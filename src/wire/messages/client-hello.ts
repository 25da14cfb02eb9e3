import type { KeyShare } from '../crypto/named-groups.ts';
import { extensionType } from './extensions.ts';
import { handshakeType } from './handshake-type.ts';
import { Writer } from './writer.ts';

/** A PSK to offer: one identity with one binder, filled in once the rest of the message stands. */
export type OfferedPsk = { identity: Uint8Array; obfuscatedTicketAge: number; binderLength: number };

export type ClientHelloFields = {
  random: Uint8Array;
  sessionId: Uint8Array;
  cipherSuites: readonly number[];
  groups: readonly number[];
  signatureSchemes: readonly number[];
  /** Null where none is sent, as for IP addresses (RFC 6066, section 3). */
  serverName: string | null;
  alpn: readonly string[];
  shares: readonly { group: number; publicBytes: Uint8Array }[];
  cookie: Uint8Array | null;
  psk: OfferedPsk | null;
};

/** Where in the message the fields lie that differ from attempt to attempt. */
export type ClientHelloLayout = {
  message: Uint8Array;
  randomAt: number;
  sessionIdAt: number;
  /** One position for each share. */
  sharesAt: number[];
  /** Where PskBinderEntry's bytes begin, and where the part that they bind ends; 0 without a PSK. */
  binderAt: number;
  truncatedAt: number;
  /** Types of the extensions sent. */
  extensions: ReadonlySet<number>;
};

/** ClientHello (RFC 8446, section 4.1.2), handshake header included. */
export function encodeClientHello(fields: ClientHelloFields): ClientHelloLayout {
  const extensions = new Set<number>();
  const sharesAt: number[] = [];
  const writer = new Writer();
  writer.u8(handshakeType.clientHello).vector(3, (hello) => {
    hello.u16(0x0303).raw(fields.random);
    hello.vector(1, (id) => id.raw(fields.sessionId));
    hello.vector(2, (list) => {
      for (const suite of fields.cipherSuites) list.u16(suite);
    });
    hello.u8(1).u8(0);
    hello.vector(2, (list) => {
      const extension = (type: number, body: (data: Writer) => void) => {
        extensions.add(type);
        list.u16(type).vector(2, body);
      };
      const { serverName, alpn, cookie, psk } = fields;
      if (serverName !== null)
        extension(extensionType.serverName, (data) =>
          data.vector(2, (names) =>
            names.u8(0).vector(2, (name) => name.raw(Buffer.from(serverName, 'latin1'))),
          ),
        );
      extension(extensionType.supportedGroups, (data) =>
        data.vector(2, (groups) => {
          for (const group of fields.groups) groups.u16(group);
        }),
      );
      extension(extensionType.signatureAlgorithms, (data) =>
        data.vector(2, (schemes) => {
          for (const scheme of fields.signatureSchemes) schemes.u16(scheme);
        }),
      );
      if (alpn.length > 0)
        extension(extensionType.applicationLayerProtocolNegotiation, (data) =>
          data.vector(2, (names) => {
            for (const name of alpn) names.vector(1, (bytes) => bytes.raw(Buffer.from(name, 'latin1')));
          }),
        );
      extension(extensionType.supportedVersions, (data) =>
        data.vector(1, (versions) => versions.u16(0x0304)),
      );
      if (cookie !== null)
        extension(extensionType.cookie, (data) => data.vector(2, (bytes) => bytes.raw(cookie)));
      // psk_dhe_ke alone. Sent always: real devices send it, and servers make their tickets because of it.
      extension(extensionType.pskKeyExchangeModes, (data) => data.vector(1, (modes) => modes.u8(1)));
      extension(extensionType.keyShare, (data) =>
        data.vector(2, (shares) => {
          for (const share of fields.shares)
            shares.u16(share.group).vector(2, (bytes) => {
              sharesAt.push(bytes.length);
              bytes.raw(share.publicBytes);
            });
        }),
      );
      // Must be the last one (section 4.2.11).
      if (psk !== null)
        extension(extensionType.preSharedKey, (data) => {
          data.vector(2, (identities) =>
            identities.vector(2, (identity) => identity.raw(psk.identity)).u32(psk.obfuscatedTicketAge),
          );
          data.vector(2, (binders) =>
            binders.vector(1, (binder) => binder.raw(new Uint8Array(psk.binderLength))),
          );
        });
    });
  });
  const message = writer.finish();
  const binderAt = fields.psk === null ? 0 : message.length - fields.psk.binderLength;
  return {
    message,
    randomAt: 6,
    sessionIdAt: 39,
    sharesAt,
    binderAt,
    truncatedAt: fields.psk === null ? 0 : binderAt - 3,
    extensions,
  };
}

/** A ClientHello as sent, with what only its sender knows. */
export type Hello = {
  message: Uint8Array;
  sessionId: Uint8Array;
  shares: readonly KeyShare[];
  extensions: ReadonlySet<number>;
};
