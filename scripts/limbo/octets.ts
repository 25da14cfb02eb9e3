const block = /-----BEGIN ([A-Z0-9 ]*)-----([\s\S]*?)(?:-----END [A-Z0-9 ]*-----|$)/g;

/**
 * What is in a text of PEM blocks whose label ends in `label`, one after the other: their base64 decoded as far as it can be, since what
 * is presented need not be a certificate. A text without any such block stands for its own octets.
 */
export function octetsIn(text: string, label: 'CERTIFICATE' | 'CRL'): Uint8Array[] {
  const blocks = [...text.matchAll(block)].filter(([, found = '']) => found.endsWith(label));
  if (blocks.length === 0) return [Buffer.from(text, 'utf8')];
  return blocks.map(([, , body = '']) => Buffer.from(body, 'base64'));
}
