import { ServiceError } from '../service-error.ts';
import type { FaultEffect, ServiceName } from './fault.ts';
import { faults } from './index.ts';

type Active = { name: string; effect: FaultEffect; share: number };

/** Fractional parts of multiples of an irrational number are spread evenly over [0, 1): draws that need no seed and repeat. */
const goldenRatio = 0.618_033_988_749_894_8;
const rootOfTwo = 0.414_213_562_373_095_1;

/** One fault as a user writes it: `delay=200ms`, `drop=100@25%`. */
function readFault(text: string, service: ServiceName): Active {
  const [, name = text, value, percent] = /^([a-z-]+)(?:=(.*?))?(?:@(\d{1,3}(?:\.\d+)?)%)?$/.exec(text) ?? [];
  const known = faults.filter(({ services }) => services.includes(service));
  const fault = known.find((each) => each.name === name);
  if (fault === undefined)
    throw new ServiceError(
      'ERR_SERVICE_FAULT',
      `there is no fault "${name}" of ${service}: it is one of ${known.map((each) => each.name).join(', ')}`,
    );
  if (value !== undefined && fault.value === undefined)
    throw new ServiceError('ERR_SERVICE_FAULT', `the fault ${name} takes no value, "${value}" was given`);
  const share = percent === undefined ? 1 : Number(percent) / 100;
  const effect = fault.prepare(value);
  if (share > 1 || (effect.refusesConnections === true && share !== 1))
    throw new ServiceError('ERR_SERVICE_FAULT', `the fault ${name} can't have a share of ${percent} %`);
  return { name, effect, share };
}

/** Why a service has no such fault, in a sentence; undefined where it has. */
export function checkFault(service: ServiceName, written: string): string | undefined {
  try {
    readFault(written, service);
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error.message;
    throw error;
  }
}

/** The faults that are on, and how often each has struck. */
export class FaultSet {
  readonly #service: ServiceName;
  readonly struck: Record<string, number> = {};
  #active: Active[] = [];
  #written: readonly string[] = [];
  #drawn = 0;

  constructor(service: ServiceName) {
    this.#service = service;
  }

  /** Replaces what was on. Throws ServiceError, and then leaves everything as it was. */
  set(written: readonly string[]): void {
    this.#active = written.map((text) => readFault(text, this.#service));
    this.#written = [...written];
  }

  get written(): readonly string[] {
    return this.#written;
  }

  get any(): boolean {
    return this.#active.length > 0;
  }

  get refusesConnections(): boolean {
    return this.#active.some(({ effect }) => effect.refusesConnections === true);
  }

  /** Whether one of them needs a CRL to be signed anew. */
  get signsCrls(): boolean {
    return this.#active.some(({ effect }) => effect.crl !== undefined);
  }

  /** What strikes the next answer, and a number for it to draw from. */
  next(): { effects: FaultEffect[]; draw: number } {
    this.#drawn += 1;
    const chance = (this.#drawn * goldenRatio) % 1;
    const striking = this.#active.filter(({ share }) => chance < share);
    for (const { name } of striking) this.struck[name] = (this.struck[name] ?? 0) + 1;
    return { effects: striking.map(({ effect }) => effect), draw: (this.#drawn * rootOfTwo) % 1 };
  }
}
