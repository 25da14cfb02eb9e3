/** Throws unless the text is a well-formed XML 1.0 document of elements, attributes and text; returns its elements in order. */
export function readXml(text: string): { name: string; attributes: Record<string, string> }[] {
  if (/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(text))
    throw new Error('a character XML has not');
  let rest = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const open: string[] = [];
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  while (rest !== '') {
    const token =
      /^(?:<(\/?)([a-z-]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|apos);[^"<&]*)*")*)(\/?)>|(?:[^<&]|&(?:amp|lt|gt|quot|apos);)+)/.exec(
        rest,
      );
    if (token === null) throw new Error(`not well-formed at ${rest.slice(0, 80)}`);
    rest = rest.slice(token[0].length);
    const [, closing, name, attributes = '', empty] = token;
    if (name === undefined) continue;
    if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      continue;
    }
    const pairs = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map((match) => [
      match[1] ?? '',
      match[2] ?? '',
    ]);
    elements.push({ name, attributes: Object.fromEntries(pairs) });
    if (empty !== '/') open.push(name);
  }
  if (open.length > 0) throw new Error(`${open.join(' ')} never closed`);
  return elements;
}
