import type { Result, VariantResult } from '../../../result/index.ts';
import type { CostCurve, CostPoint } from '../../findings/revocation-cost.ts';
import { servicesCpu } from '../../findings/rounds.ts';
import { neutralise } from '../../words/text.ts';
import type { Costs, MethodCosts } from './daily-prices.ts';

/** What the calculator reckons with, all of it out of the result. */
export function costsOf(result: Result, curves: readonly CostCurve[]): Costs {
  const unchecked = curves.find(({ method }) => method === 'none')?.points[0]?.variant;
  return {
    methods: curves.map((curve) => methodCosts(result, curve)),
    renewal: {
      forgeMs:
        result.variants.map(({ corpus }) => corpus.makeMsPerIdentity).find((ms) => ms !== undefined) ?? null,
      handshakeMs: unchecked?.target.cpuMsPerAttempt ?? null,
      bytes: unchecked === undefined ? null : bytesPerAttempt(unchecked),
    },
  };
}

function methodCosts(result: Result, { name, method, points }: CostCurve): MethodCosts {
  const asks = method.startsWith('ocsp');
  const sized = (pick: (point: CostPoint) => number | undefined) =>
    points.flatMap((point): [number, number][] => {
      const value = pick(point);
      return value === undefined ? [] : [[point.entries, round(value)]];
    });
  const last = points.at(-1);
  return {
    name: neutralise(name, 60),
    kind: method === 'none' || method === '' ? 'none' : asks ? 'question' : 'list',
    broker: sized(({ cpuMs }) => cpuMs),
    services: sized(({ variant }) => servicesCpu(variant)),
    load: sized(({ variant }) => variant.target.revocation?.loadMs),
    listBytes: sized(({ variant }) => variant.target.revocation?.bytes ?? variant.corpus.crlBytes),
    bytesPerAttempt: asks && last !== undefined ? askedBytes(last.variant) : 0,
    keptHours: method === 'ocsp' || !asks ? 0 : keptHours(result, last?.variant.name),
  };
}

/** What came back from the responder, per attempt. */
function askedBytes({ target, services = [], accounting }: VariantResult): number {
  const received =
    target.revocation?.bytesReceived ??
    services.reduce((sum, { kind, bytesSent = 0 }) => (kind === 'ocsp' ? sum + bytesSent : sum), 0);
  return accounting.finished === 0 ? 0 : round(received / accounting.finished);
}

/** The plan's own word for how long a response is good, where the plan is of that form. */
function keptHours({ scenario }: Result, name: string | undefined): number {
  const plans: unknown = scenario.variants;
  const plan = Array.isArray(plans) ? plans.find((one) => read(one, 'name') === name) : undefined;
  const validityMs = read(read(read(plan, 'services'), 'ocsp'), 'validityMs');
  return typeof validityMs === 'number' ? validityMs / 3_600_000 : 0;
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

function bytesPerAttempt({ cohorts }: VariantResult): number | null {
  const accepted = cohorts.find(({ expected }) => expected === 'accept');
  return accepted === undefined ? null : round(accepted.bytes.sent + accepted.bytes.received);
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
