import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientPool, freeMarks } from '../../src/storm/client-pool.ts';
import { drawAt, weightedPick } from '../../src/storm/draw.ts';
import type { Client } from '../../src/storm/drivers/driver.ts';
import { sourceBlock, sourceRotation } from '../../src/storm/source-address.ts';

describe('draws', () => {
  it('depend on the seed and the position alone, and spread evenly', () => {
    const buckets = new Array<number>(16).fill(0);
    for (let k = 0; k < 16_000; k++) {
      const bucket = drawAt(7, k) >>> 28;
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    // χ² with 15 degrees of freedom stays below 37.7 in 99.9 % of fair streams; this stream is always the same one.
    const chiSquare = buckets.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    expect(chiSquare).toBeLessThan(37.7);
    expect(drawAt(7, 123)).toBe(drawAt(7, 123));
    expect(drawAt(7, 123)).not.toBe(drawAt(8, 123));
  });

  it('share out by weight, and never pick a weight of 0', () => {
    const pick = weightedPick([0, 3, 0, 1, 0]);
    const counts = [0, 0, 0, 0, 0];
    for (let k = 0; k < 8_000; k++) {
      const index = pick(drawAt(1, k));
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts[0]).toBe(0);
    expect(counts[2]).toBe(0);
    expect(counts[4]).toBe(0);
    expect((counts[1] ?? 0) / 8_000).toBeCloseTo(0.75, 1);
  });

  it('end in the range for every draw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(10), { minLength: 1 }).filter((weights) => weights.some((weight) => weight > 0)),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (weights, draw) => {
          expect(weights[weightedPick(weights)(draw)]).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('clients', () => {
  const clients = Array.from(
    { length: 5 },
    (_, at): Client => ({
      clientId: `client-${at}`,
      attempt: () => ({ destroy() {}, write() {}, close() {}, bytesSent: 0, bytesReceived: 0 }),
      forgetTicket() {},
    }),
  );

  it('are never handed out twice at a time, and all of them are before there is none', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (draws) => {
        const pool = new ClientPool(clients, 1, undefined);
        const taken = new Set<number>();
        for (const draw of draws) {
          const at = pool.take(draw);
          if (at === undefined) expect(taken.size).toBe(clients.length);
          else {
            expect(taken.has(at)).toBe(false);
            taken.add(at);
          }
        }
      }),
    );
  });

  it('are not handed to two workers that share them, and those of a lost worker are freed', () => {
    const marks = new SharedArrayBuffer(clients.length * 4);
    const [first, second] = [new ClientPool(clients, 1, marks), new ClientPool(clients, 2, marks)];
    expect([first.take(0), first.take(0), second.take(0)]).toEqual([0, 1, 2]);
    freeMarks(marks, 1);
    expect([second.take(0), second.take(2)]).toEqual([0, 3]);
  });
});

describe('source addresses', () => {
  it('give each worker and cohort a block of its own, none of them the common 127.0.x', () => {
    const blocks = [];
    for (let worker = 0; worker < 40; worker++) {
      for (let cohort = 0; cohort < 23; cohort++) blocks.push(sourceBlock(worker, cohort, 23));
    }
    expect(new Set(blocks).size).toBe(40 * 23);
    expect(blocks[0]).toBe('127.1.0');
    expect(blocks.at(-1)).toBe('127.4.151');
  });

  it('go round the block from .1 to .254', () => {
    const next = sourceRotation('127.1.0');
    const round = Array.from({ length: 255 }, next);
    expect([round[0], round[253], round[254]]).toEqual(['127.1.0.1', '127.1.0.254', '127.1.0.1']);
  });
});
