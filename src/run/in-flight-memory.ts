import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Corpus, Identity } from '../pki/identity.ts';
import type { InFlightMemory } from '../result/schema.ts';
import type { CohortPlan, VariantPlan } from '../scenario/plan.ts';
import { connectBytes } from '../storm/drivers/mqtt-bytes.ts';
import { silences } from '../storm/slow-order.ts';
import type { RunningTarget } from '../targets/target.ts';
import { type Connection, connect, prepareIdentity, prepareOffer, prepareTrust } from '../wire/index.ts';
import { drain } from './drain.ts';
import { presentsCertificates } from './storm-cohort.ts';

type HoldPoint = InFlightMemory['heldAt'];

/** How long all attempts together may take to come to where they are held. */
const arriveMs = 5_000;
const pollMs = 10;
/** What a broker without a collector to wait for gets to put its books in order. */
const settleMs = 100;
/** MQTT packet type 2 in the upper half of the first byte. */
const connackByte = 0x20;

/**
 * What an attempt in flight takes of the target's memory: so many are brought to where the broker waits for their last word and held
 * there, a quarter of them first; what the resident set grows by from there on is divided by the rest. The target is asked to collect its
 * garbage before both readings. Before the first round, by certstorm's own TLS client from this thread; what the kernel keeps of a socket
 * is in no process's resident set.
 */
export async function probeInFlightMemory(
  variant: VariantPlan,
  corpus: Corpus,
  target: RunningTarget,
  count: number,
): Promise<InFlightMemory> {
  const { heldAt, cohort } = whereHeld(variant);
  const held: Held[] = [];
  try {
    const open = opener(variant, corpus, target, heldAt, cohort);
    const first = Math.ceil(count / 4);
    const readings: { open: number; rssBytes: number }[] = [];
    for (const level of [first, count]) {
      while (held.length < level) held.push(open(held.length));
      const reason = await arrived(held);
      if (reason !== undefined) return { heldAt, held: count, reason };
      const rssBytes = await settledRss(target);
      if (rssBytes === null) return { heldAt, held: count, reason: 'the memory of the target is not known' };
      readings.push({ open: held.filter(({ state }) => state() === 'held').length, rssBytes });
    }
    const [low, high] = readings;
    if (low === undefined || high === undefined || high.open < level(count) || high.open <= low.open) {
      const reason = `of ${count} attempts ${high?.open ?? 0} were still there when the memory was read`;
      return { heldAt, held: count, reason };
    }
    const bytesPerAttempt = (high.rssBytes - low.rssBytes) / (high.open - low.open);
    return { heldAt, held: high.open, heldBefore: low.open, bytesPerAttempt };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { heldAt, held: count, reason };
  } finally {
    for (const { connection } of held) connection.destroy();
    await drain(target);
  }
}

/** Nearly all must be there: a broker that drops some of them is measured at something else. */
const level = (count: number): number => Math.ceil(count * 0.95);

/** Where the broker waits for the last word of those whom it is to turn away, or else of the first there are. */
function whereHeld({ target, cohorts }: VariantPlan): { heldAt: HoldPoint; cohort: number } {
  const unwelcome = cohorts.findIndex(({ expect }) => expect.outcome.startsWith('reject'));
  const cohort = Math.max(0, unwelcome);
  const { expect, operation } = cohorts[cohort] as CohortPlan;
  if (target.transport === 'tcp') return { heldAt: 'tcp-connect', cohort };
  if (expect.outcome === 'accept' || operation !== undefined) return { heldAt: 'session', cohort };
  return { heldAt: expect.outcome === 'reject-at-tls' ? 'client-hello' : 'handshake', cohort };
}

type Held = { connection: Connection; state: () => 'under way' | 'held' | 'ended' };

function opener(
  variant: VariantPlan,
  corpus: Corpus,
  { address, serverName }: RunningTarget,
  heldAt: HoldPoint,
  cohort: number,
): (index: number) => Held {
  const made = corpus.cohorts[cohort];
  const plan = variant.cohorts[cohort];
  const identities = made?.identities ?? [];
  const shows = presentsCertificates(variant.target);
  const lies = [
    ...(made?.lie == null ? [] : [made.lie]),
    ...(heldAt === 'session' ? [] : [silences[heldAt]]),
  ];
  const trust = prepareTrust({
    ca: readFileSync(corpus.serverCaFile, 'utf8'),
    serverName,
    verifyServer: true,
  });
  const offer = prepareOffer({ serverName });
  const prepared = identities.map(({ chain, key }: Identity) =>
    prepareIdentity(shows ? { chain, key } : { chain: [], key: null }, lies),
  );
  const password = plan?.credentials === 'none' ? null : corpus.password;
  return (index) => {
    const identity = prepared[index % prepared.length];
    const userName = identities[index % identities.length]?.clientId ?? '';
    if (identity === undefined) throw new Error('there is no identity to hold an attempt with');
    let ended = false;
    let letIn = false;
    const connection = connect(
      {
        host: address.host,
        port: address.port,
        trust,
        offer,
        identity,
        // Held by other names than those of the rounds, for the longest keep-alive that there is (MQTT 3.1.1, 3.1.2.10).
        applicationData:
          heldAt === 'session'
            ? connectBytes(`${userName}-held-${index}`, userName, { password, keepAliveS: 65_535 })
            : null,
      },
      {
        onApplicationData: ([first = 0]) => {
          letIn ||= first === connackByte;
        },
        onEnd: () => {
          ended = true;
        },
      },
    );
    const there = () => {
      if (heldAt === 'session') return letIn;
      return heldAt === 'tcp-connect'
        ? connection.tcpConnectedAt > 0
        : connection.tls.handshake.flightWrittenAt > 0;
    };
    return { connection, state: () => (ended ? 'ended' : there() ? 'held' : 'under way') };
  };
}

/** Undefined when none is under way any more. */
async function arrived(held: readonly Held[]): Promise<string | undefined> {
  const deadline = performance.now() + arriveMs;
  while (held.some(({ state }) => state() === 'under way')) {
    if (performance.now() > deadline)
      return `attempts did not come to where they were to be held within ${arriveMs / 1000} s`;
    await delay(pollMs);
  }
  return undefined;
}

async function settledRss(target: RunningTarget): Promise<number | null> {
  await delay(settleMs);
  await target.prepareRound();
  return (await target.snapshot()).rssBytes;
}
