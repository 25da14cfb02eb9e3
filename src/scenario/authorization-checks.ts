import { valueAt } from './layers.ts';
import type { Path } from './place.ts';
import type { Fault } from './shape.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Mistakes of rules and of what clients do first, that no single field shows. */
export function authorizationFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  const cohorts = valueAt(data, ['cohorts']);
  return [
    ...placeholderFaults(valueAt(data, ['broker', 'authorization', 'rules']), vocabulary),
    ...(Array.isArray(cohorts) ? cohorts.flatMap(operationFaults) : []),
  ];
}

function placeholderFaults(rules: unknown, { unknownPlaceholder }: Vocabulary): Fault[] {
  if (!Array.isArray(rules)) return [];
  return rules.flatMap((rule, index) =>
    (['publish', 'subscribe'] as const).flatMap((field) => {
      const filters = valueAt(rule, [field]);
      return (Array.isArray(filters) ? filters : []).flatMap((filter, at): Fault[] => {
        const unknown = typeof filter === 'string' ? unknownPlaceholder?.(filter) : null;
        if (unknown === null || unknown === undefined) return [];
        const path: Path = ['broker', 'authorization', 'rules', index, field, at];
        const expected = ['cert.subject.CN', 'cert.issuer.O', 'cert.san.dns', 'cert.serial', 'clientId'].join(
          ', ',
        );
        return [{ path, message: `there is no placeholder '${unknown}'`, expected }];
      });
    }),
  );
}

function operationFaults(cohort: unknown, index: number): Fault[] {
  const first = valueAt(cohort, ['first']);
  if (typeof first !== 'object' || first === null) return [];
  const path: Path = ['cohorts', index, 'first'];
  const kinds = ['subscribe', 'publish'].filter((kind) => valueAt(first, [kind]) !== undefined);
  const faults: Fault[] = [];
  if (kinds.length !== 1) {
    const message = kinds.length === 0 ? 'nothing is done here' : 'two things are done here';
    faults.push({ path, message, expected: 'one of subscribe and publish' });
  }
  const topic = valueAt(first, ['publish']);
  if (typeof topic === 'string' && /[+#\0]/.test(topic))
    faults.push({
      path: [...path, 'publish'],
      message: 'a message has a topic, no filter',
      expected: 'a topic without + and #',
    });
  if (valueAt(cohort, ['session']) !== undefined)
    faults.push({
      path,
      part: 'key',
      message: 'clients that stay do more than one thing',
      expected: 'session or first',
    });
  const expect = valueAt(cohort, ['expect']);
  if (valueAt(first, ['expect']) === 'refused' && expect !== 'accept')
    faults.push({
      path: ['cohorts', index, 'expect'],
      message: 'who is to be refused what it does must be let in first',
      expected: 'accept',
    });
  return faults;
}
