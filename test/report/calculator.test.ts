import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costCurves, crossovers } from '../../src/report/findings/revocation-cost.ts';
import { costsOf } from '../../src/report/html/calculator/costs.ts';
import { type Costs, dailyPrices, type Fleet } from '../../src/report/html/calculator/daily-prices.ts';
import { answer } from '../../src/report/words/answer.ts';
import { threeDigits } from '../../src/report/words/numbers.ts';
import { plainText } from '../../src/report/words/sentence.ts';
import { crlAgainstOcsp } from '../fixtures/results/revocation.ts';

const result = crlAgainstOcsp();
const curves = costCurves(result);
const costs = costsOf(result, curves);
const fleet: Fleet = { devices: 100_000, share: 0.1, reconnectsADay: 4, crlHours: 6, lifetimeDays: 2 };
const priceOf = (name: string, changes: Partial<Fleet> = {}, of: Costs = costs) => {
  const price = dailyPrices(of, { ...fleet, ...changes }).find((one) => one.name === name);
  if (price === undefined) throw new Error(`no price of ${name}`);
  return price;
};

describe('the price of a day', () => {
  it('is connections times what one cost, with the list read at each interval', () => {
    const native = curves.find(({ name }) => name === 'crl-native');
    const point = native?.points.find(({ entries }) => entries === 10_000);
    const loadMs = point?.variant.target.revocation?.loadMs ?? 0;
    const expected = (400_000 * (point?.cpuMs ?? 0) + 4 * loadMs) / 3_600_000;
    expect(priceOf('crl-native').brokerHours).toBeCloseTo(expected, 4);
    expect(priceOf('crl-native').bytes).toBeCloseTo(4 * 280_300, -2);
    expect(priceOf('crl-native').lagHours).toBe(6);
  });

  it('of OCSP is the same however many are revoked and however often the CRL is renewed, but for noise', () => {
    const ratio =
      priceOf('ocsp', { share: 0.5, crlHours: 1 }).brokerHours / priceOf('ocsp', { share: 0.01 }).brokerHours;
    expect(Math.abs(Math.log(ratio))).toBeLessThan(0.1);
    expect(priceOf('ocsp').bytes).toBeCloseTo(400_000 * 640, -3);
    expect(priceOf('ocsp').lagHours).toBe(0);
    expect(priceOf('ocsp-cached').lagHours).toBe(1);
  });

  it('of short-lived certificates is renewals, and says what the result does not tell of them', () => {
    const none = curves.find(({ method }) => method === 'none')?.points[0]?.cpuMs ?? 0;
    const short = priceOf('short-lived certificates');
    expect(short.brokerHours).toBeCloseTo((450_000 * none) / 3_600_000, 4);
    expect(short.note).toContain('without the price of making a certificate');
    const told = { ...costs, renewal: { ...costs.renewal, forgeMs: 0.3 } };
    const forged = priceOf('short-lived certificates', {}, told);
    expect(forged.serviceHours).toBeCloseTo((50_000 * 0.3) / 3_600_000, 9);
    expect(forged.note).not.toContain('without the price');
  });

  it('says where it goes beyond what was measured, and grows there no faster than the list', () => {
    const beyond = priceOf('crl-native', { devices: 10_000_000, share: 0.1 });
    expect(beyond.note).toContain('more revoked certificates than were measured');
    const within = priceOf('crl-native', { devices: 1_000_000, share: 0.1 });
    expect(beyond.brokerHours / within.brokerHours).toBeLessThanOrEqual(100.01);
    expect(within.note).toBe('');
  });

  it('never falls below zero nor out of the numbers, whatever the fleet', () => {
    const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const fleets = fc.record({
      devices: positive(1, 1e9),
      share: positive(0, 1),
      reconnectsADay: positive(0, 1e5),
      crlHours: positive(0.01, 1e4),
      lifetimeDays: positive(0.01, 1e4),
    });
    fc.assert(
      fc.property(fleets, (any) =>
        dailyPrices(costs, any).every(({ brokerHours, serviceHours, bytes, lagHours }) =>
          [brokerHours, serviceHours, bytes, lagHours].every((value) => Number.isFinite(value) && value >= 0),
        ),
      ),
    );
  });

  it('is written as every other figure of the page', () => {
    for (const { texts, brokerHours, serviceHours } of dailyPrices(costs, fleet)) {
      expect(texts[0]).toBe(`${threeDigits(brokerHours)}\u202fh`);
      expect(texts[1]).toBe(`${threeDigits(serviceHours)}\u202fh`);
    }
  });

  it('is reckoned by a function that needs nothing but its arguments, as the page runs it', () => {
    const alone = new Function(`return (${dailyPrices.toString()})`)() as typeof dailyPrices;
    expect(alone(costs, fleet)).toEqual(dailyPrices(costs, fleet));
  });
});

describe('the crossover of a result', () => {
  it('is told in words with its interval, the services’ CPU apart', () => {
    const spoken = answer(result).map((sentence) => plainText(sentence).replaceAll('\u202f', ' '));
    expect(spoken.join('\n')).toMatch(
      /From 2 \d00 revoked certificates on \(95 %: \d \d00–\d \d00\), ocsp costs this broker less CPU per attempt than crl-native\. With the CPU of the services it asks counted in, from \d \d00 on/,
    );
  });

  it('is asked only where two methods and three sizes were measured', () => {
    const few = {
      ...result,
      variants: result.variants.filter(({ labels }) => Number(labels.crlEntries) < 5000),
    };
    expect(costCurves(few)).toEqual([]);
    expect(crossovers(curves).map(({ candidate }) => candidate)).toEqual([
      'crl-indexed',
      'ocsp',
      'ocsp-cached',
    ]);
  });
});
