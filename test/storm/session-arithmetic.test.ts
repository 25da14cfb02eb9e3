import fc from 'fast-check';
import { generate, parser } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { cutPackets, pubackFor, publishBytes, subscribeBytes } from '../../src/storm/sessions/packets.ts';
import { TimerWheel, type WheelEntry } from '../../src/storm/sessions/timer-wheel.ts';

class Entry implements WheelEntry {
  turn = -1;
  previous: this | undefined;
  next: this | undefined;
  readonly dueMs: number;

  constructor(dueMs: number) {
    this.dueMs = dueMs;
  }
}

describe('the timer wheel', () => {
  const times = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 60 });

  it('fires each entry once, never early, and at the first advance a tick after it was due', () => {
    fc.assert(
      fc.property(times, fc.array(fc.integer({ min: 1, max: 15_000 }), { maxLength: 40 }), (dues, steps) => {
        const wheel = new TimerWheel<Entry>(20);
        const entries = dues.map((dueMs) => new Entry(dueMs));
        for (const entry of entries) wheel.add(entry, entry.dueMs);
        const fired = new Set<Entry>();
        let nowMs = 0;
        for (const step of steps) {
          nowMs += step;
          wheel.advance(nowMs, (entry) => {
            expect(fired.has(entry)).toBe(false);
            expect(entry.dueMs).toBeLessThanOrEqual(nowMs);
            fired.add(entry);
          });
          for (const entry of entries) if (entry.dueMs + 40 <= nowMs) expect(fired.has(entry)).toBe(true);
          expect(wheel.length).toBe(entries.length - fired.size);
        }
      }),
    );
  });

  it('fires nothing that was taken out, also by another that fired before it', () => {
    fc.assert(
      fc.property(times, fc.nat(), (dues, seed) => {
        const wheel = new TimerWheel<Entry>(20);
        const entries = dues.map((dueMs) => new Entry(dueMs));
        for (const entry of entries) wheel.add(entry, entry.dueMs);
        const gone = new Set<Entry>();
        const takeOut = (at: number) => {
          const victim = entries[at % Math.max(1, entries.length)];
          if (victim === undefined) return;
          wheel.remove(victim);
          gone.add(victim);
        };
        takeOut(seed);
        wheel.advance(50_000, (entry) => {
          expect(gone.has(entry)).toBe(false);
          gone.add(entry);
          takeOut(seed + gone.size);
        });
        expect(wheel.length).toBe(0);
        expect(gone.size).toBe(entries.length);
      }),
    );
  });
});

describe('packets of a session', () => {
  const topic = fc.stringMatching(/^[a-z0-9]{1,20}(\/[a-zäß€]{1,10}){0,3}$/);

  it('are what mqtt-packet reads them as, at any size', () => {
    fc.assert(
      fc.property(
        topic,
        fc.oneof(fc.nat(300), fc.constantFrom(16_370, 16_400, 70_000)),
        fc.constantFrom(0 as const, 1 as const),
        fc.integer({ min: 1, max: 0xffff }),
        (name, size, qos, packetId) => {
          const read: Record<string, unknown>[] = [];
          const packets = parser({ protocolVersion: 4 });
          packets.on('packet', (packet) => read.push(packet as unknown as Record<string, unknown>));
          packets.parse(publishBytes(Buffer.from(name), Buffer.alloc(size, 1), qos, packetId));
          packets.parse(subscribeBytes([name, 'a/#'], packetId));
          expect(read[0]).toMatchObject({ cmd: 'publish', topic: name, qos, dup: false, retain: false });
          expect(read[0]?.payload).toHaveLength(size);
          if (qos === 1) expect(read[0]?.messageId).toBe(packetId);
          expect(read[1]).toMatchObject({
            cmd: 'subscribe',
            messageId: packetId,
            subscriptions: [
              { topic: name, qos: 1 },
              { topic: 'a/#', qos: 1 },
            ],
          });
        },
      ),
    );
  });

  it('are cut out of a stream whole and in order, in whatever pieces it comes', () => {
    const packet = fc.oneof(
      fc.constant(generate({ cmd: 'pingresp' })),
      fc.nat(0xfffe).map((id) => generate({ cmd: 'puback', messageId: id + 1 })),
      fc
        .tuple(topic, fc.nat(400), fc.constantFrom(0 as const, 1 as const))
        .map(([name, size, qos]) => publishBytes(Buffer.from(name), Buffer.alloc(size), qos, 7)),
    );
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 12 }), fc.array(fc.nat(200)), (packets, cuts) => {
        const stream = Buffer.concat(packets);
        const seen: Buffer[] = [];
        let rest = Buffer.alloc(0);
        let at = 0;
        for (const size of [...cuts, stream.length]) {
          rest = Buffer.concat([rest, stream.subarray(at, at + size)]);
          at += size;
          const used = cutPackets(rest, (first, body) =>
            seen.push(Buffer.concat([Buffer.from([first]), body])),
          );
          rest = Buffer.from(rest.subarray(used));
        }
        expect(rest.length).toBe(0);
        const withoutLength = (whole: Buffer) =>
          Buffer.concat([whole.subarray(0, 1), whole.subarray((whole[1] ?? 0) < 128 ? 2 : 3)]);
        expect(Buffer.concat(seen)).toEqual(Buffer.concat(packets.map(withoutLength)));
      }),
    );
  });

  it('of another form are told from incomplete ones', () => {
    expect(cutPackets(Buffer.from([0x30, 0xff, 0xff, 0xff]), () => {})).toBe(0);
    expect(cutPackets(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0]), () => {})).toBe(-1);
  });

  it('answers a message with QoS 1 by its id, and one with QoS 0 not at all', () => {
    const answers: (Buffer | undefined)[] = [];
    for (const qos of [0, 1] as const)
      cutPackets(publishBytes(Buffer.from('a/b'), Buffer.from('x'), qos, 517), (first, body) =>
        answers.push(pubackFor(first, body)),
      );
    expect(answers).toEqual([undefined, generate({ cmd: 'puback', messageId: 517 })]);
  });
});
