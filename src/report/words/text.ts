/**
 * Text that a stranger chose (names in certificates and scenarios, versions that a broker tells) as something that is safe to look at:
 * one line, nothing invisible, nothing that turns the reading direction or steers a terminal, and no longer than `limit` characters.
 * What was there can still be seen: NUL as ␀, ESC as ␛, a right-to-left override as ⟨U+202E⟩.
 */
export function neutralise(text: string, limit = 120): string {
  return shorten(text.toWellFormed(), limit)
    .replace(/[\u0000-\u001f]/g, (control) => String.fromCodePoint(0x2400 + (control.codePointAt(0) ?? 0)))
    .replace(/\u007f/g, '␡')
    .replace(invisible, (character) => `⟨U+${hex(character)}⟩`)
    .replace(/(\p{M}{3})\p{M}+/gu, '$1');
}

/** C1 controls, format characters (direction, zero width, tags), line and paragraph separators, private and unassigned characters. */
const invisible = /[\u0080-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** Cuts the middle out, since long names differ at their ends, and says how long the whole is. */
function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const note = `… (${text.length} characters)`;
  const tail = Math.max(0, Math.floor(limit / 4));
  const head = Math.max(1, limit - tail);
  const end = tail === 0 ? '' : text.slice(-tail);
  return `${text.slice(0, head).toWellFormed()}…${end.toWellFormed()}${note.slice(1)}`.toWellFormed();
}

/** The same, short enough for the label of a line or a row. */
export function label(text: string, limit = 26): string {
  const safe = neutralise(text, 2000);
  const characters = [...safe];
  if (characters.length <= limit) return safe;
  const tail = Math.floor(limit / 3);
  return `${characters.slice(0, limit - tail - 1).join('')}…${characters.slice(-tail).join('')}`;
}

/** `1 attempt`, `2 attempts`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

/** `a, b and c`. */
export function listOf(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
