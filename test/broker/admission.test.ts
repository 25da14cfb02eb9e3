import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Admission, noLimits } from '../../src/broker/admission.ts';

const from = (remoteAddress: string): Socket =>
  Object.assign(new EventEmitter(), { remoteAddress }) as unknown as Socket;

test('over any time no more is let in than the rate gives, and twice a second’s worth; below it nobody is turned away', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), gaps, (connectionsPerSecond, gapsMs) => {
      let now = 0;
      const admission = new Admission({ ...noLimits, connectionsPerSecond }, () => now);
      let letIn = 0;
      for (const gap of gapsMs) {
        now += gap;
        const refusal = admission.refusal(from('127.0.0.1'));
        if (refusal === null) letIn += 1;
        else expect(refusal).toBe('too_many_connections');
        expect(letIn).toBeLessThanOrEqual(2 * connectionsPerSecond + (now * connectionsPerSecond) / 1000);
        if (gap * connectionsPerSecond >= 1000) expect(refusal).toBeNull();
      }
    }),
  );
});

test('handshakes in flight: one that is done, well or by its end, makes room for another', () => {
  const admission = new Admission({ ...noLimits, handshakesInFlight: 2 });
  const [one, two] = [from('127.0.0.1'), from('127.0.0.2')];
  expect([one, two].map((socket) => admission.refusal(socket))).toEqual([null, null]);
  expect(admission.refusal(from('127.0.0.3'))).toBe('too_many_handshakes');
  admission.handshakeOver(one);
  expect(admission.refusal(from('127.0.0.3'))).toBeNull();
  expect(admission.refusal(from('127.0.0.4'))).toBe('too_many_handshakes');
  two.emit('close');
  expect(admission.refusal(from('127.0.0.4'))).toBeNull();
});

test('connections from one address: others are not held to it, and who leaves makes room', () => {
  const admission = new Admission({ ...noLimits, connectionsPerAddress: 1 });
  const one = from('127.0.0.1');
  expect(admission.refusal(one)).toBeNull();
  admission.handshakeOver(one);
  expect(admission.refusal(from('127.0.0.1'))).toBe('too_many_from_address');
  expect(admission.refusal(from('127.0.0.2'))).toBeNull();
  one.emit('close');
  expect(admission.refusal(from('127.0.0.1'))).toBeNull();
});
