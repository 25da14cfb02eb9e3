/** A place in the user's file; for a flag, `file` is the flag as written (`--set load.duration`) and there is no line. */
export type Place = { file: string; line: number | null; column: number | null };

/** One mistake. Its sentence is `describeProblem`; the parts are for editors and for `--json`. */
export type ScenarioProblem = Place & {
  /** `cohorts[2].defect`; empty for the file as a whole. */
  path: string;
  /** What is wrong: `unknown defect 'expird'`. */
  message: string;
  /** What would be right: `one of none, expired, revoked`. */
  expected: string;
  /** The nearest word that is known, or the value that was probably meant. */
  nearest?: string;
};

/** Keys of maps and indices of lists, from the top of the scenario. */
export type Path = readonly (string | number)[];

/** Thrown with every mistake of a scenario and its flags at once; the message has one sentence a line. */
export class ScenarioError extends Error {
  readonly code = 'SCENARIO_INVALID';
  readonly problems: readonly ScenarioProblem[];

  constructor(problems: readonly ScenarioProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.name = 'ScenarioError';
    this.problems = problems;
  }
}

/** `scenario.yaml:14:13: cohorts[2].defect: unknown defect 'expird': expected one of none, expired; did you mean 'expired'?` */
export function describeProblem(problem: ScenarioProblem): string {
  const { file, line, column, path, message, expected, nearest } = problem;
  const place = line === null ? file : `${file}:${line}:${column ?? 1}`;
  const subject = path === '' || place.endsWith(` ${path}`) || place === `--${path}` ? '' : `${path}: `;
  const mend = nearest === undefined ? '' : `; did you mean '${escapeControls(nearest)}'?`;
  return `${place}: ${subject}${message}: expected ${escapeControls(expected)}${mend}`;
}

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

function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
