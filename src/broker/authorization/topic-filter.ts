/** Topic names and topic filters (MQTT 3.1.1, 4.7; shared subscriptions: MQTT 5, 4.8.2). All of it is about levels, cut at `/`. */

/** 1.5.3: a string holds no U+0000; 4.7.3: it has at least one character and at most 65,535 bytes. */
const wholeText = (text: string): boolean =>
  text.length > 0 && !text.includes('\0') && Buffer.byteLength(text) <= 65_535;

/** A name that a message may be published to: no wildcard in it (4.7.1). */
export function isTopicName(text: string): boolean {
  return wholeText(text) && !/[+#]/.test(text);
}

/** `#` only as the last level, `+` and `#` only as whole levels (4.7.1.2, 4.7.1.3). */
export function isTopicFilter(text: string): boolean {
  if (!wholeText(text)) return false;
  const levels = text.split('/');
  return levels.every(
    (level, index) => (level === '#' && index === levels.length - 1) || level === '+' || !/[+#]/.test(level),
  );
}

/**
 * The filter behind a shared subscription, `$share/GROUP/FILTER`; the text itself where it is none; null where it is malformed, as one of an
 * empty group, of a group with a wildcard, or of no filter is.
 */
export function withoutShare(filter: string): string | null {
  if (!/^\$share(\/|$)/.test(filter)) return filter;
  const [, group, rest] = /^\$share\/([^/]*)\/(.*)$/s.exec(filter) ?? [];
  if (group === undefined || rest === undefined) return null;
  return group === '' || /[+#]/.test(group) || rest === '' ? null : rest;
}

/**
 * Whether every topic that `asked` matches is matched by `granted` too, and there is one. A topic name is the filter that matches it alone.
 * Wildcards at the first level match no topic that starts with `$` (4.7.2).
 */
export function covers(granted: string, asked: string): boolean {
  const grant = granted.split('/');
  const ask = asked.split('/');
  if (asked.startsWith('$') && /^[+#]/.test(granted)) return false;
  for (let level = 0; ; level++) {
    const have = grant[level];
    const want = ask[level];
    if (have === '#') return true;
    // `sport/#` is for `sport` too (4.7.1.2).
    if (want === undefined) return have === undefined;
    if (have === undefined || want === '#') return false;
    if (have !== '+' && have !== want) return false;
  }
}
