import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type Path, type Place, showValue } from './place.ts';
import { ScenarioError, type ScenarioProblem } from './scenario-error.ts';

/** A scenario as it was written: its values, and where in the file each of them stands. */
export type ScenarioDocument = {
  data: Record<string, unknown>;
  /** Mistakes of the YAML that leave its values readable: a key given twice, a tag. */
  problems: ScenarioProblem[];
  /** Where the value (or the key) of a path stands; for a path that is not there, its nearest parent that is. */
  placeOf(path: Path, part?: 'key'): Place;
};

/** An alias may be followed this often; a file that multiplies itself through aliases is refused. */
const maxAliasCount = 100;

const parseOptions = {
  version: '1.2',
  schema: 'core',
  resolveKnownTags: false,
  prettyErrors: false,
  stringKeys: true,
} as const;

/** Reads YAML 1.2 (core schema, no tags) or JSON. Throws ScenarioError when there is no telling what was meant. */
export function readDocument(text: string, file: string): ScenarioDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...parseOptions, lineCounter: lines });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };

  const problems = yamlProblems(document, at);
  if (problems.unreadable.length > 0) throw new ScenarioError(problems.unreadable);
  const { contents } = document;
  if (!isMap(contents)) {
    const seen = isSeq(contents) ? 'a list' : isScalar(contents) ? showValue(contents.value) : 'nothing';
    const message = `the file holds ${seen}, not a map`;
    const expected = 'keys such as name, load and cohorts';
    throw new ScenarioError([{ ...at(contents?.range?.[0] ?? 0), path: '', message, expected }]);
  }
  return {
    data: document.toJS({ maxAliasCount }),
    problems: problems.readable,
    placeOf: (path, part) => at(offsetOf(document, contents, path, part)),
  };
}

/** A value on the command line, read as the same YAML; a sentence when it is none. */
export function readValue(text: string): { value: unknown } | { fault: string } {
  const document = parseDocument(text, parseOptions);
  const { readable, unreadable } = yamlProblems(document, () => ({ file: '', line: null, column: null }));
  const [problem] = [...unreadable, ...readable];
  return problem === undefined ? { value: document.toJS({ maxAliasCount }) } : { fault: problem.message };
}

function yamlProblems(document: Document, at: (offset: number) => Place) {
  const readable: ScenarioProblem[] = [];
  const unreadable: ScenarioProblem[] = [];
  for (const error of [...document.errors, ...document.warnings]) {
    const problem = { ...at(error.pos[0]), path: '', ...explain(error) };
    if (error.code === 'DUPLICATE_KEY' || error.code === 'TAG_RESOLVE_FAILED') readable.push(problem);
    else unreadable.push(problem);
  }
  if (unreadable.length > 0) {
    // What follows the first syntax error is mostly its echo.
    return { readable, unreadable: unreadable.slice(0, 5) };
  }
  const alias = aliasProblem(document);
  if (alias !== undefined) unreadable.push({ ...at(alias.offset), path: '', ...alias.fault });
  return { readable, unreadable };
}

function explain({ code, message }: YAMLError): { message: string; expected: string } {
  switch (code) {
    case 'DUPLICATE_KEY':
      return { message: 'this key is there twice', expected: 'each key once in a map' };
    case 'TAG_RESOLVE_FAILED':
      return { message: 'tags are not read', expected: 'plain YAML 1.2 without !tags' };
    case 'MULTIPLE_DOCS':
      return { message: 'a second document begins here', expected: 'one scenario in a file' };
    case 'RESOURCE_EXHAUSTION':
      return { message: 'the file is nested too deeply', expected: 'a scenario' };
    case 'TAB_AS_INDENT':
      return { message: 'a tab indents this line', expected: 'spaces' };
    default: {
      const [first = ''] = message.split('\n');
      return {
        message: `not YAML: ${first.slice(0, 1).toLowerCase()}${first.slice(1)}`,
        expected: 'YAML or JSON',
      };
    }
  }
}

type AliasProblem = { offset: number; fault: { message: string; expected: string } };

function aliasProblem(document: Document): AliasProblem | undefined {
  let found: AliasProblem | undefined;
  const expected = 'an anchor (&name) that stands before';
  visit(document, {
    Alias(_, alias, ancestors) {
      const target = alias.resolve(document);
      const offset = alias.range?.[0] ?? 0;
      const name = showValue(alias.source);
      if (target === undefined) {
        found = { offset, fault: { message: `no anchor ${name} stands before this alias`, expected } };
      } else if (ancestors.some((ancestor) => ancestor === target)) {
        found = { offset, fault: { message: `the alias ${name} holds itself`, expected } };
      }
      return found === undefined ? undefined : visit.BREAK;
    },
  });
  if (found !== undefined) return found;
  try {
    document.toJS({ maxAliasCount });
    return undefined;
  } catch (error) {
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    const message = 'the aliases multiply beyond measure';
    return {
      offset: 0,
      fault: { message, expected: `aliases that are followed ${maxAliasCount} times at most` },
    };
  }
}

function offsetOf(document: Document, top: ParsedNode, path: Path, part?: 'key'): number {
  let node: Node = top;
  let offset = top.range[0];
  for (const [depth, key] of path.entries()) {
    const container: unknown = isAlias(node) ? node.resolve(document) : node;
    let value: unknown;
    if (isMap(container)) {
      const pair = container.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      if (part === 'key' && depth === path.length - 1) return offset;
      value = pair.value;
    } else if (isSeq(container)) {
      value = container.items[Number(key)];
    }
    if (!isNode(value)) break;
    // An empty value has no text of its own; its key is where the user has to look.
    if (!(isScalar(value) && value.value === null && value.source === ''))
      offset = value.range?.[0] ?? offset;
    node = value;
  }
  return offset;
}
