import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { auditKernel, watchKernel } from '../../src/run/kernel-counters.ts';
import { tcpServer } from '../storm/servers.ts';

const quiet = {
  activeOpens: 500,
  passiveOpens: 500,
  attemptFails: 0,
  retransmits: 3,
  synRetransmits: 0,
  listenOverflows: 0,
  listenDrops: 0,
  timeWaitBefore: 10,
  timeWaitAfter: 400,
};

describe("the kernel's counters", () => {
  it('hold at least the connections that were made while they were watched', async () => {
    const server = await tcpServer((socket) => socket.end());
    const watch = watchKernel();
    for (let k = 0; k < 20; k++) {
      const socket = connect(server.port, '127.0.0.1').resume();
      await once(socket, 'close');
    }
    const counts = watch.end();
    await server.close();
    if (process.platform !== 'linux') return expect(counts).toBeUndefined();
    expect(counts?.activeOpens).toBeGreaterThanOrEqual(20);
    expect(counts?.passiveOpens).toBeGreaterThanOrEqual(20);
    expect(counts?.listenDrops).toBeGreaterThanOrEqual(0);
  });

  it('say nothing against a round where they agree', () => {
    expect(auditKernel(quiet, 500, 'round 1')).toEqual([]);
    expect(auditKernel({ ...quiet, listenDrops: 5, synRetransmits: 5 }, 500, 'round 1')).toEqual([]);
  });

  it.each([
    [{ activeOpens: 499 }, /^round 1: the kernel counts 499 connects, fewer than the 500 attempts/],
    [{ listenDrops: 11 }, /turned 11 connects away .*: raise net\.core\.somaxconn, or lower load\.rate$/],
    [{ synRetransmits: 40 }, /40 connects had to be asked for again/],
  ])('make a round invalid where they show %o', (more, sentence) => {
    const reasons = auditKernel({ ...quiet, ...more }, 500, 'round 1');
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(sentence);
  });
});
