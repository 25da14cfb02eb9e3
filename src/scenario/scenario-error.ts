import { escapeControls, type Place } from './place.ts';

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
