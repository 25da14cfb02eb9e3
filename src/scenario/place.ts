/** A place in the user's file; for a flag, `file` is the flag as written (`--set load.duration`) and there is no line. */
export type Place = { file: string; line: number | null; column: number | null };

/** Keys of maps and indices of lists, from the top of the scenario. */
export type Path = readonly (string | number)[];

/** `cohorts[2].defect`, or `matrix['target.revocation'][1]` where a key is no plain word. */
export function printPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(part)) return `['${escapeControls(shorten(part))}']`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** A value as a message shows it: short, on one line, and with nothing in it that a terminal would obey. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return `'${escapeControls(shorten(value))}'`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  return value === null || value === undefined ? 'nothing' : String(value);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Text with nothing in it that a terminal would obey. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
