/** The DER of each PEM block of a label, in order (RFC 7468). For files of tens of megabytes: nothing is searched twice. */
export function pemBlocks(pem: Buffer, label: string): Buffer[] {
  return pemTexts(pem, label).map((block) => {
    const begin = block.indexOf('\n', 0, 'latin1');
    const end = block.lastIndexOf('-----END', undefined, 'latin1');
    return Buffer.from(block.toString('latin1', begin, end), 'base64');
  });
}

/** Each PEM block of a label as it stands, from its first dash to its last. */
export function pemTexts(pem: Buffer, label: string): Buffer[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const found: Buffer[] = [];
  for (let from = 0; from < pem.length; ) {
    const starts = pem.indexOf(begin, from, 'latin1');
    const ends = starts < 0 ? -1 : pem.indexOf(end, starts, 'latin1');
    if (ends < 0) break;
    from = ends + end.length;
    found.push(pem.subarray(starts, from));
  }
  return found;
}
