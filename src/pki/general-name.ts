import { isIP } from 'node:net';
import { context, contextPrimitive } from './der.ts';
import { readName } from './name.ts';
import { PkiError } from './pki-error.ts';

export type GeneralName =
  | { dns: string }
  | { uri: string }
  | { email: string }
  | { ip: Uint8Array }
  /** Name, DER. */
  | { directory: Uint8Array };

/** GeneralName (RFC 5280 4.2.1.6); DNS names, URIs and mail addresses are IA5Strings. */
export function generalName(general: GeneralName): Uint8Array {
  if ('dns' in general) return contextPrimitive(2, Buffer.from(general.dns, 'latin1'));
  if ('uri' in general) return contextPrimitive(6, Buffer.from(general.uri, 'latin1'));
  if ('email' in general) return contextPrimitive(1, Buffer.from(general.email, 'latin1'));
  // A Name is a CHOICE, so its tag is EXPLICIT whatever the module says (X.680 31.2.7).
  if ('directory' in general) return context(4, general.directory);
  return contextPrimitive(7, general.ip);
}

const wanted = 'dns:, uri:, email:, ip: or dir: and a name';

/**
 * A name as a scenario writes it: `dns:a.example`, `uri:spiffe://example.org/a`, `email:a@example.org`, `ip:10.0.0.1`, `ip:10.0.0.0+258`
 * (an address counted on), `ip:10.0.0.0/8` (a range, for name constraints), `dir:O=certstorm`. Throws PkiError `bad-spec`.
 */
export function readGeneralName(text: string, place: string): GeneralName {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(0, colon));
  const value = text.slice(colon + 1);
  if (kind === 'dir') return { directory: readName(value, place) };
  if (kind === 'ip') return { ip: readAddress(value, place) };
  if (kind !== 'dns' && kind !== 'uri' && kind !== 'email')
    throw new PkiError('bad-spec', `${place}: "${text}" is no name: expected ${wanted}.`);
  if (!/^[\x00-\x7f]*$/.test(value))
    throw new PkiError(
      'bad-spec',
      `${place}: "${text}" has letters that an IA5String can't hold; use the ASCII form.`,
    );
  return kind === 'dns' ? { dns: value } : kind === 'uri' ? { uri: value } : { email: value };
}

function readAddress(text: string, place: string): Uint8Array {
  const [, address = '', plus, prefix] = /^([0-9A-Fa-f.:]+)(?:\+(\d+))?(?:\/(\d+))?$/.exec(text) ?? [];
  if (!isIP(address)) throw new PkiError('bad-spec', `${place}: "ip:${text}" is no address.`);
  const octets = isIP(address) === 4 ? Uint8Array.from(address.split('.').map(Number)) : ipv6Octets(address);
  for (let at = octets.length - 1, carry = Number(plus ?? 0); carry > 0 && at >= 0; at -= 1) {
    carry += octets[at] ?? 0;
    octets[at] = carry & 0xff;
    carry = Math.floor(carry / 256);
  }
  if (prefix === undefined) return octets;
  if (Number(prefix) > octets.length * 8)
    throw new PkiError('bad-spec', `${place}: "ip:${text}" has a prefix longer than the address.`);
  const mask = octets.map((_, i) => 0xff & (0xff00 >> Math.min(8, Math.max(0, Number(prefix) - i * 8))));
  return Buffer.concat([octets, mask]);
}

function ipv6Octets(address: string): Uint8Array {
  const [head = '', tail] = address.split('::');
  const words = (part: string) =>
    part === ''
      ? []
      : part.split(':').flatMap((word) => {
          if (!word.includes('.')) return [Number.parseInt(word, 16)];
          const [a = 0, b = 0, c = 0, d = 0] = word.split('.').map(Number);
          return [a * 256 + b, c * 256 + d];
        });
  const [front, back] = [words(head), tail === undefined ? [] : words(tail)];
  const all = [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back];
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}
