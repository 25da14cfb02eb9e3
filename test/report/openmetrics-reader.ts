/**
 * A strict reader of OpenMetrics 1.0 text, of what the specification (its ABNF and its "MUST"s) says of the types that certstorm writes.
 * Throws Error with the line that breaks a rule.
 */
export type ReadSample = { name: string; labels: Record<string, string>; value: number };
export type ReadFamily = { type: string; unit: string; help: string; samples: ReadSample[] };

const suffixes: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total', '_created'],
  info: ['_info'],
  summary: ['', '_sum', '_count', '_created'],
};

export function readOpenMetrics(text: string): Map<string, ReadFamily> {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '# EOF')
    throw new Error('the text must end in "# EOF" and a line feed');
  const families = new Map<string, ReadFamily>();
  const seen = new Set<string>();
  let current: [string, ReadFamily] | undefined;
  for (const line of lines) {
    const refuse = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const meta = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (meta !== null) {
      const [, what, name = '', rest = ''] = meta;
      if (current?.[0] !== name) {
        if (families.has(name)) refuse('a family stands in two places');
        current = [name, { type: 'unknown', unit: '', help: '', samples: [] }];
        families.set(...current);
      }
      if (current[1].samples.length > 0) refuse('metadata stands before samples');
      if (what === 'TYPE') current[1].type = suffixes[rest] === undefined ? refuse('no type') : rest;
      else if (what === 'UNIT') {
        if (!name.endsWith(`_${rest}`)) refuse('a name must end in its unit');
        current[1].unit = rest;
      } else current[1].help = /^(?:[^\\"]|\\[\\n"])*$/.test(rest) ? rest : refuse('HELP must be escaped');
      continue;
    }
    const { name, labels, value } = readSample(line) ?? refuse('neither metadata nor a sample');
    if (current === undefined) return refuse('a sample without its family');
    const [family, { type, samples }] = current;
    const suffix = name.startsWith(family) ? name.slice(family.length) : refuse('a sample of another family');
    if (!(suffixes[type] ?? []).includes(suffix)) refuse(`a ${type} has no sample with '${suffix}'`);
    if (type !== 'gauge' && !(value >= 0)) refuse('it must not be negative');
    if (
      type === 'summary' &&
      suffix === '' &&
      !(Number(labels.quantile) >= 0 && Number(labels.quantile) <= 1)
    )
      refuse('a quantile is needed');
    const series = JSON.stringify([name, Object.entries(labels).toSorted()]);
    if (seen.has(series)) refuse('the same series twice');
    seen.add(series);
    samples.push({ name, labels, value });
  }
  return families;
}

function readSample(line: string): ReadSample | undefined {
  const head = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{|(?= ))/.exec(line);
  if (head === null) return undefined;
  const labels: Record<string, string> = Object.create(null);
  let at = head[0].length;
  if (head[2] === '{') {
    for (const pair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^\\"\n]|\\[\\n"])*)"(,|\})/y; ; ) {
      pair.lastIndex = at;
      const [whole, label = '', value = '', end] = pair.exec(line) ?? [];
      if (whole === undefined || label in labels) return undefined;
      labels[label] = value.replaceAll(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
      at += whole.length;
      if (end === '}') break;
    }
  }
  const value = /^ (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/.exec(line.slice(at));
  return value === null ? undefined : { name: head[1] ?? '', labels, value: Number(value[1]) };
}
