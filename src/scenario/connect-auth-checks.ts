import { valueAt } from './layers.ts';
import { showValue } from './place.ts';
import type { Fault } from './shape.ts';
import type { Vocabulary } from './vocabulary.ts';

const parameters = ['cost', 'memoryKiB', 'passes'];
const schemes: Readonly<Record<string, RegExp>> = { postgres: /^postgres(ql)?:/, redis: /^redis:/ };

/** Mistakes of `broker.password` and `broker.database` that no single field shows. */
export function connectAuthFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  return [...parameterFaults(data, vocabulary), ...urlFaults(data)];
}

/** A parameter must be one of an algorithm that is used. */
function parameterFaults(data: unknown, { connectAuth }: Vocabulary): Fault[] {
  const used = [
    valueAt(data, ['broker', 'password', 'algorithm']) ?? 'scrypt',
    valueAt(data, ['broker', 'database', 'hash']) ?? 'sha256',
  ];
  const known = connectAuth.passwordAlgorithms.filter(({ name }) => used.includes(name));
  return parameters
    .filter((parameter) => valueAt(data, ['broker', 'password', parameter]) !== undefined)
    .filter((parameter) => !known.some((algorithm) => algorithm.parameters.includes(parameter)))
    .map((parameter) => {
      const with_ = connectAuth.passwordAlgorithms.filter((each) => each.parameters.includes(parameter));
      return {
        path: ['broker', 'password', parameter],
        part: 'key',
        message: `${showValue(used[0])} has no such parameter`,
        expected: `${parameter} only with ${with_.map(({ name }) => name).join(', ')}`,
      };
    });
}

function urlFaults(data: unknown): Fault[] {
  const url = valueAt(data, ['broker', 'database', 'url']);
  const kind = valueAt(data, ['broker', 'database', 'kind']) ?? 'sqlite';
  if (typeof url !== 'string' || typeof kind !== 'string' || !URL.canParse(url)) return [];
  const path = ['broker', 'database', 'url'];
  const scheme = schemes[kind];
  if (scheme === undefined) {
    return [{ path, part: 'key', message: `${showValue(kind)} is no server`, expected: 'no url' }];
  }
  if (!scheme.test(url)) {
    return [
      {
        path,
        message: `${showValue(url)} is no database of kind ${showValue(kind)}`,
        expected: `${kind}://…`,
      },
    ];
  }
  const { hostname } = new URL(url);
  const isHere = /^127\.|^localhost$/.test(hostname);
  if (isHere || valueAt(data, ['target', 'allowRemote']) === true) return [];
  const expected = 'an address in 127.0.0.0/8, or target.allowRemote: true for a database that is yours';
  return [{ path, message: `${showValue(hostname)} is not on this machine`, expected }];
}
