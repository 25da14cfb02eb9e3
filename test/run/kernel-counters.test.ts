import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { auditKernel, watchKernel } from '../../src/run/kernel-counters.ts';
import { tcpServer } from '../storm/servers.ts';
import { cohortRecording, recordingOf } from './recordings.ts';

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
  connects: 500,
  unsure: 0,
  others: 0,
  localPorts: 28_232,
};

const many = { brokerSaw: 500, manySources: true };

describe("the kernel's counters", () => {
  it('hold at least the connections that were made while they were watched', async () => {
    const server = await tcpServer((socket) => socket.end());
    const watch = watchKernel();
    for (let k = 0; k < 20; k++) {
      const socket = connect(server.port, '127.0.0.1').resume();
      await once(socket, 'close');
    }
    const counts = watch.end(recordingOf([cohortRecording([['accepted', '', 18]], 2)]));
    await server.close();
    if (process.platform !== 'linux') return expect(counts).toBeUndefined();
    expect(counts?.activeOpens).toBeGreaterThanOrEqual(20);
    expect(counts?.passiveOpens).toBeGreaterThanOrEqual(20);
    expect(counts?.listenDrops).toBeGreaterThanOrEqual(0);
    expect(counts).toMatchObject({ connects: 18, unsure: 2, others: (counts?.activeOpens ?? 0) - 20 });
    expect(counts?.localPorts).toBeGreaterThan(1_000);
  });

  it('say nothing against a round where they agree', () => {
    expect(auditKernel(quiet, many, 'round 1')).toEqual([]);
    expect(auditKernel({ ...quiet, listenDrops: 5, synRetransmits: 5 }, many, 'round 1')).toEqual([]);
  });

  it.each([
    [{ activeOpens: 499 }, /^round 1: the kernel counts 499 connects, fewer than the 500 attempts/],
    [{ listenDrops: 11 }, /turned 11 connects away .*: raise net\.core\.somaxconn, or lower load\.rate$/],
    [{ synRetransmits: 40 }, /40 connects had to be asked for again/],
    [{ passiveOpens: 499 }, /499 connections taken, fewer than the 500 that the broker saw/],
  ])('make a round invalid where they show %o', (more, sentence) => {
    const reasons = auditKernel({ ...quiet, ...more }, many, 'round 1');
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(sentence);
  });

  it('make a round invalid where one source address runs out of ports, and not where there are many', () => {
    const waiting = { ...quiet, timeWaitAfter: 25_000 };
    expect(auditKernel(waiting, many, 'round 1')).toEqual([]);
    expect(auditKernel(waiting, { brokerSaw: undefined, manySources: false }, 'round 1')).toEqual([
      expect.stringMatching(
        /25000 sockets are in TIME_WAIT, .* 28232 ports.*: lower load\.rate, wait a minute/,
      ),
    ]);
  });
});
