import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { median } from 'simple-statistics';
import { type BrokerConfig, defaultBrokerSettings } from '../../src/broker/config.ts';
import { ClientCas, type Link } from '../../src/broker/revocation/client-cas.ts';
import { ListIndex } from '../../src/broker/revocation/crl/list-index.ts';
import { ListKeeper } from '../../src/broker/revocation/crl/list-keeper.ts';
import { RevocationFigures } from '../../src/broker/revocation/figures.ts';
import { PeerCertificate } from '../../src/broker/revocation/peer-certificate.ts';
import type { Corpus, CorpusSpec } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { pairedRatio } from '../../src/stats/index.ts';
import { bundled } from '../../src/targets/bundled.ts';
import { plainOrder } from '../../src/targets/plain-order.ts';
import type { OwnTarget } from '../../src/targets/target.ts';
import { writeIdentities } from '../storm/identities.ts';
import type { BenchTarget } from '../storm/targets.ts';

/** The index of CRLs at a million entries: what it takes, how fast it is asked, and what it costs a broker beside none. */
export type IndexFigures = {
  entries: number;
  lookupUs: number;
  mib: number;
  /** Reading and verifying, off the main thread; and the longest that the main loop was late meanwhile, less the probe's own interval. */
  parseMs: number;
  mainLoopDelayMs: number;
  /** The broker's CPU for each attempt with the index, over that with no check: mean of the pairs of rounds, and its 95 % interval. */
  costPerAttemptRatio: number;
  costPerAttemptRatioLow: number;
  costPerAttemptRatioHigh: number;
};

const entries = 1_000_000;
const reloads = 5;
const lookups = 2_000_000;
const pairs = 10;
const [lapMs, warmupMs, concurrency] = [900, 1500, 50];

const spec = (crlEntries: number): CorpusSpec => ({
  seed: 7,
  algorithm: 'ecdsa-p256',
  crlEntries,
  cohorts: [
    { name: 'good', defect: 'none', identities: 200 },
    { name: 'revoked', defect: 'revoked', identities: 200 },
  ],
});

/** `dir`: a folder to work in. */
export async function measureIndex(dir: string): Promise<IndexFigures> {
  const cacheDir = join(dir, 'cache');
  const corpus = await makeCorpus(spec(entries), { cacheDir });
  const other = await makeCorpus(spec(entries + 1), { cacheDir });
  return { entries, ...(await readAndAsk(corpus, other.crlFile, dir)), ...(await costBeside(corpus, dir)) };
}

async function readAndAsk(corpus: Corpus, otherCrlFile: string, dir: string) {
  const crlFile = join(dir, 'crl.pem');
  const put = (file: string) => {
    copyFileSync(file, `${crlFile}.next`);
    renameSync(`${crlFile}.next`, crlFile);
  };
  put(corpus.crlFile);
  const figures = new RevocationFigures();
  figures.begin('crl-indexed', ['swaps']);
  let index = new ListIndex([]);
  const config = { ...corpus, crlFile, settings: defaultBrokerSettings } as unknown as BrokerConfig;
  const keeper = await ListKeeper.start(config, figures, { sets: true, texts: false }, ({ lists }) => {
    index = new ListIndex(lists);
  });
  const [parseMs, delayMs]: [number[], number[]] = [[], []];
  for (let reload = 0; reload < reloads; reload += 1) {
    put(reload % 2 === 0 ? otherCrlFile : corpus.crlFile);
    const resolutionMs = 1;
    const delay = monitorEventLoopDelay({ resolution: resolutionMs });
    delay.enable();
    await keeper.reload();
    delay.disable();
    delayMs.push(Math.max(0, delay.max / 1e6 - resolutionMs));
    parseMs.push(figures.read(Date.now())?.loadMs ?? Number.NaN);
  }
  const lookupUs = timeLookups(index, linksOf(corpus));
  await keeper.close();
  return {
    lookupUs,
    mib: figures.read(Date.now())?.memoryMiB ?? Number.NaN,
    parseMs: median(parseMs),
    mainLoopDelayMs: median(delayMs),
  };
}

function linksOf(corpus: Corpus): Link[] {
  const cas = new ClientCas(readFileSync(corpus.clientCaFile));
  return corpus.cohorts.flatMap(({ identities }) =>
    identities.flatMap(({ chain: [leaf] }) => {
      const certificate = leaf && PeerCertificate.read(leaf);
      const issuer = certificate && cas.issuerOf(certificate);
      return certificate && issuer ? [{ certificate, issuer }] : [];
    }),
  );
}

/** Half of them revoked, so that what is counted is worth counting. */
function timeLookups(index: ListIndex, links: readonly Link[]): number {
  const nowMs = Date.now();
  let revoked = 0;
  const startedAt = performance.now();
  for (let asked = 0; asked < lookups; asked += links.length)
    for (const link of links) if (index.ask(link, nowMs) === 'revoked') revoked += 1;
  const us = ((performance.now() - startedAt) * 1000) / lookups;
  if (revoked !== lookups / 2)
    throw new Error(`${revoked} of ${lookups} lookups found a revoked certificate`);
  return us;
}

async function costBeside(corpus: Corpus, dir: string) {
  const identities = join(dir, 'identities');
  const [good, ...none] = corpus.cohorts;
  writeIdentities({ ...corpus, cohorts: good === undefined ? none : [good] }, identities);
  const contestants: ChildProcess[] = [];
  const brokers: OwnTarget[] = [];
  try {
    const laps = new Map<string, { lap: () => Promise<number>; costs: number[] }>();
    for (const revocation of ['none', 'crl-indexed']) {
      const workDir = join(dir, `broker-${revocation}`);
      mkdirSync(workDir, { mode: 0o700 });
      const broker = await bundled.start({ ...plainOrder, ...corpus, revocation, workDir });
      brokers.push(broker);
      const { host: ip, port } = broker.address;
      const contestant = await openContestant({
        ip,
        port,
        serverName: broker.serverName,
        caFile: corpus.serverCaFile,
        identities,
      });
      contestants.push(contestant);
      await storm(contestant, warmupMs);
      laps.set(revocation, { lap: () => costOfLap(broker, contestant), costs: [] });
    }
    for (let pair = 0; pair < pairs; pair += 1) {
      const both = [...laps.values()];
      for (const { lap, costs } of pair % 2 === 0 ? both : both.reverse()) costs.push(await lap());
    }
    const ratio = pairedRatio(laps.get('none')?.costs ?? [], laps.get('crl-indexed')?.costs ?? []);
    if (ratio === null) throw new Error('the brokers used no CPU, or this system does not tell');
    return {
      costPerAttemptRatio: ratio.estimate,
      costPerAttemptRatioLow: ratio.low,
      costPerAttemptRatioHigh: ratio.high,
    };
  } finally {
    for (const contestant of contestants) contestant.kill('SIGKILL');
    await Promise.all(brokers.map((broker) => broker.stop()));
  }
}

async function openContestant(target: BenchTarget): Promise<ChildProcess> {
  const order = { ...target, contender: 'wire: driver', concurrency };
  const entry = new URL('../storm/contestant.ts', import.meta.url).pathname;
  const contestant = fork(entry, [JSON.stringify(order)]);
  await answer(contestant);
  return contestant;
}

/** The broker's CPU for each attempt, milliseconds; it starts from the same state each time. */
async function costOfLap(broker: OwnTarget, contestant: ChildProcess): Promise<number> {
  await broker.prepareRound();
  const before = await broker.snapshot();
  const attempts = await storm(contestant, lapMs);
  const after = await broker.snapshot();
  const cpuMs = after.cpuUserMs + after.cpuSystemMs - before.cpuUserMs - before.cpuSystemMs;
  return cpuMs / attempts;
}

async function storm(contestant: ChildProcess, ms: number): Promise<number> {
  contestant.send(ms);
  const lap = (await answer(contestant)) as { attempts: number };
  return lap.attempts;
}

async function answer(contestant: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  const gone = once(contestant, 'exit', { signal }).then(([code]) => {
    throw new Error(`the generator ended with exit code ${code}: its error is above`);
  });
  try {
    const [message] = (await Promise.race([once(contestant, 'message', { signal }), gone])) as [unknown];
    return message;
  } finally {
    gone.catch(() => undefined);
    over.abort();
  }
}

export function printIndex(figures: IndexFigures): void {
  const { lookupUs, mib, parseMs, mainLoopDelayMs } = figures;
  const ratios = [
    figures.costPerAttemptRatio,
    figures.costPerAttemptRatioLow,
    figures.costPerAttemptRatioHigh,
  ];
  const [ratio, low, high] = ratios.map((each) => each.toFixed(3));
  process.stdout.write(
    `\nindex of ${entries} revoked certificates\n` +
      `lookup              ${lookupUs.toFixed(2)} µs\n` +
      `memory              ${mib.toFixed(1)} MiB\n` +
      `read and verified   ${parseMs.toFixed(0)} ms, off the main thread\n` +
      `main loop late by   ${mainLoopDelayMs.toFixed(1)} ms at most meanwhile\n` +
      `broker's CPU        × ${ratio} of that without a check (${low} to ${high})\n`,
  );
}
