import { Violation } from '../alerts.ts';
import { extensionType, readExtensions } from './extensions.ts';
import { Reader } from './reader.ts';

const allowed: ReadonlySet<number> = new Set([
  extensionType.serverName,
  extensionType.maxFragmentLength,
  extensionType.supportedGroups,
  extensionType.applicationLayerProtocolNegotiation,
  extensionType.recordSizeLimit,
  extensionType.earlyData,
]);

/**
 * EncryptedExtensions (RFC 8446, section 4.3.1) to the protocol that the server chose, null for none.
 * @throws Violation
 */
export function readEncryptedExtensions(
  body: Uint8Array,
  offered: ReadonlySet<number>,
  alpn: readonly string[],
): string | null {
  const reader = new Reader(body, 'EncryptedExtensions');
  const list = reader.vector16();
  reader.finish();
  const extensions = readExtensions(list, 'EncryptedExtensions', { allowed, offered });
  const serverName = extensions.get(extensionType.serverName);
  if (serverName && serverName.length > 0)
    throw new Violation('decode_error', 'EncryptedExtensions: server_name is not empty');
  const groups = extensions.get(extensionType.supportedGroups);
  if (groups) {
    const groupReader = new Reader(groups, 'supported_groups');
    if (groupReader.vector16(2).length % 2 !== 0)
      throw new Violation('decode_error', 'supported_groups: an odd number of bytes');
    groupReader.finish();
  }
  const protocols = extensions.get(extensionType.applicationLayerProtocolNegotiation);
  if (protocols === undefined) return null;
  const outer = new Reader(protocols, 'application_layer_protocol_negotiation');
  const inner = new Reader(outer.vector16(2), 'application_layer_protocol_negotiation');
  outer.finish();
  const chosen = Buffer.from(inner.vector8(1)).toString('latin1');
  inner.finish();
  if (!alpn.includes(chosen))
    throw new Violation(
      'illegal_parameter',
      'EncryptedExtensions: an application protocol that was not offered',
    );
  return chosen;
}
