import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QueueFull, Turns } from '../../src/broker/connect-auth/turns.ts';

test('never more at a time than wide, never more waiting than the queue holds, first come first served, and all turns come back', async () => {
  const sizes = fc.record({
    width: fc.integer({ min: 1, max: 4 }),
    queue: fc.integer({ min: 0, max: 5 }),
    fails: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ width, queue, fails }) => {
      const turns = new Turns(width, queue);
      let atATime = 0;
      const begun: number[] = [];
      const ends = await Promise.allSettled(
        fails.map((fails, index) =>
          turns.take(async () => {
            begun.push(index);
            atATime += 1;
            expect(atATime).toBeLessThanOrEqual(width);
            await new Promise((resolve) => setImmediate(resolve));
            atATime -= 1;
            if (fails) throw new Error('its own');
          }),
        ),
      );
      // All come at once: as many as there are places are served, in order, and the others told.
      const served = Math.min(fails.length, width + queue);
      expect(begun).toEqual(Array.from({ length: served }, (_, index) => index));
      for (const [index, end] of ends.entries()) {
        const reason = end.status === 'rejected' ? end.reason : null;
        if (index >= served) expect(reason).toBeInstanceOf(QueueFull);
        else expect(reason?.message ?? null).toBe(fails[index] ? 'its own' : null);
      }
      // Nothing was lost by those that failed.
      await Promise.all(Array.from({ length: width + queue }, () => turns.take(() => undefined)));
    }),
    { numRuns: 50 },
  );
});
