import { ServiceError } from '../service-error.ts';
import type { Fault } from './fault.ts';
import { readDurationMs } from './value.ts';

/** Milliseconds as a function of a uniform draw: the inverse of the distribution function. */
const distributions: Record<string, (parameters: number[]) => ((draw: number) => number) | null> = {
  uniform: ([from, to]) =>
    from === undefined || to === undefined || to < from ? null : (draw) => from + draw * (to - from),
  exponential: ([mean, more]) =>
    mean === undefined || more !== undefined ? null : (draw) => -mean * Math.log(1 - draw),
};

export const delay: Fault = {
  name: 'delay',
  describe: 'the answer comes late',
  value: '200ms, uniform:50ms..500ms or exponential:100ms',
  services: ['ocsp', 'crl', 'auth'],
  prepare(value = '1s') {
    const [, distribution, parameters = ''] = /^([a-z]+):(.*)$/.exec(value) ?? [];
    if (distribution === undefined) {
      const fixed = readDurationMs(value, 'delay');
      return { waitMs: () => fixed };
    }
    const numbers = parameters.split('..').map((text) => readDurationMs(text, 'delay'));
    const waitMs = Object.hasOwn(distributions, distribution) ? distributions[distribution]?.(numbers) : null;
    if (!waitMs) throw new ServiceError('ERR_SERVICE_FAULT', `delay: "${value}" is none of ${delay.value}`);
    return { waitMs };
  },
};
