import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus, CorpusSpec } from '../pki/identity.ts';
import { type CorpusIssuer, corpusIssuers } from '../pki/ocsp/corpus-issuers.ts';
import type { InFlightMemory } from '../result/schema.ts';
import type { TargetPlan, VariantPlan } from '../scenario/plan.ts';
import { ServiceError } from '../services/index.ts';
import { openStorm, type Storm } from '../storm/storm.ts';
import { StormError } from '../storm/storm-error.ts';
import { targets } from '../targets/index.ts';
import type { Keepsake, RunningTarget, TargetOrder } from '../targets/target.ts';
import { notInstalledCode, TargetError } from '../targets/target-error.ts';
import type { CorpusFigures } from './assemble.ts';
import { certificateBytes } from './certificate-bytes.ts';
import { corpusSpecOf } from './corpus-spec.ts';
import type { RunEvent } from './events.ts';
import type { ForgeCosts } from './forge-costs.ts';
import { probeInFlightMemory } from './in-flight-memory.ts';
import { keepFiles } from './keepsakes.ts';
import { leaveNothing } from './leftovers.ts';
import { obtainCorpus } from './obtain-corpus.ts';
import { probeClient } from './probe-client.ts';
import type { Shared } from './shared.ts';
import { presentsCertificates, stormCohort } from './storm-cohort.ts';
import { type RoundSurroundings, Surroundings } from './surroundings.ts';

export type StageOptions = {
  cacheDir: string;
  workDir: string;
  /** Where targets leave their configuration and logs, a folder for each variant; nowhere when undefined. */
  keepDir: string | undefined;
  seed: number;
  workers: number;
  storms: Shared<Storm>;
  forgeCosts: ForgeCosts;
  signal: AbortSignal;
  onEvent: (event: RunEvent) => void;
};

/**
 * What one variant is played on: its corpus, its target with the services that it asks, and the storm that holds its identities. The target
 * stays up from its first round to its last; one that died is started anew for the next round, and so is one to which events happen.
 */
export class Stage {
  readonly variant: VariantPlan;
  /** Why the last round that was due could not be measured. */
  failure: string | undefined;
  /** Of the target that was started last. */
  version = 'not started';
  address = '';
  remarks: readonly string[] = [];
  tuned: readonly string[] = [];
  notInstalled = false;
  /** What an attempt in flight takes of the target's memory, once it has been asked for. */
  inFlightMemory: InFlightMemory | undefined;
  readonly #options: StageOptions;
  #corpus: { made: Corpus; spec: CorpusSpec } | undefined;
  #forgeCpuMs: number | undefined;
  #certificateBytes: CorpusFigures['certificateBytes'];
  #target: { running: RunningTarget; surroundings: Surroundings; forget: () => void } | undefined;
  #storm: { held: Storm; key: string } | undefined;

  constructor(variant: VariantPlan, options: StageOptions) {
    this.variant = variant;
    this.failure = variant.impossible;
    this.#options = options;
  }

  get corpusFigures(): CorpusFigures & { keys: string } {
    const corpus = this.#corpus?.made;
    const { keys, fixedKeys, lifetimeMs } = this.variant.corpus;
    return {
      identities: corpus?.made.identities ?? 0,
      crlEntries: corpus?.crl.entries ?? 0,
      crlBytes: corpus?.crl.bytes ?? 0,
      ...(this.#certificateBytes !== undefined && { certificateBytes: this.#certificateBytes }),
      ...(lifetimeMs !== undefined && { lifetimeMs }),
      ...(this.#forgeCpuMs !== undefined && { makeMsPerIdentity: this.#forgeCpuMs }),
      keys: keys === 'pooled' ? 'pooled' : fixedKeys ? 'fixed' : 'fresh',
    };
  }

  /** Makes or loads the corpus, where there is anything to play with it. Throws PkiError. */
  async prepareCorpus(): Promise<void> {
    if (this.variant.impossible !== undefined) return;
    const { cacheDir, seed, signal, onEvent } = this.#options;
    const spec = corpusSpecOf(seed, this.variant, Date.now());
    const corpus = await obtainCorpus(this.variant, spec, {
      cacheDir,
      signal,
      onProgress: (progress) => onEvent({ kind: 'corpus', ...progress }),
    });
    this.#corpus = { made: corpus, spec };
    this.#certificateBytes = certificateBytes(
      corpus,
      this.variant.cohorts.map(({ name }) => name),
    );
    if (this.variant.corpus.from === undefined) this.#forgeCpuMs = this.#options.forgeCosts.of(spec);
    onEvent({
      kind: 'corpus-ready',
      ...this.corpusFigures,
      reused: corpus.made.reused,
      ms: corpus.made.ms,
      warnings: corpus.warnings,
    });
  }

  /** Target and storm, started where they are not up; null where one of them could not be, `failure` says why. */
  async ready(): Promise<{
    target: RunningTarget;
    surroundings: RoundSurroundings;
    storm: Storm;
  } | null> {
    if (this.notInstalled || this.variant.impossible !== undefined) return null;
    this.failure = undefined;
    try {
      const storm = await this.#openStorm();
      const { running: target, surroundings } = await this.#startedTarget();
      return { target, surroundings, storm };
    } catch (error) {
      const told =
        error instanceof TargetError || error instanceof StormError || error instanceof ServiceError;
      if (!told) throw error;
      this.notInstalled = error instanceof TargetError && error.code === notInstalledCode;
      if (error instanceof TargetError) this.#keep(error.keepsakes);
      if (!this.#options.signal.aborted) this.fail(error.message);
      return null;
    }
  }

  /** Holds attempts in flight at a target that has just been started, where the plan asks for it; once. */
  async probeMemory(target: RunningTarget): Promise<void> {
    const { memoryProbe } = this.variant.load;
    if (memoryProbe === undefined || this.inFlightMemory !== undefined) return;
    if (this.variant.target.transport === 'wss') return;
    this.inFlightMemory = await probeInFlightMemory(this.variant, this.#madeCorpus(), target, memoryProbe);
  }

  /** Notes why this variant has no further figures; the run goes on with the others. */
  fail(reason: string): void {
    this.failure = reason;
    this.#options.onEvent({ kind: 'variant-failed', variant: this.variant.name, reason });
  }

  /** Whether each round wants a target of its own: it changes what the next one would start from, or is to be a cold one. */
  get changesInRounds(): boolean {
    return this.variant.events.length > 0 || this.variant.target.startAnew === true;
  }

  /** Ends the target and its services; the next round starts others. */
  async dismissTarget(): Promise<void> {
    const target = this.#target;
    this.#target = undefined;
    if (target === undefined) return;
    await target.running.stop();
    target.forget();
    this.#keep(target.running.keepsakes);
    await target.surroundings.close();
  }

  /** Ends the target and lets go of the storm. Safe to call twice. */
  async dismiss(): Promise<void> {
    const storm = this.#storm;
    this.#storm = undefined;
    await Promise.all([
      this.dismissTarget(),
      storm === undefined ? undefined : this.#options.storms.release(storm.key),
    ]);
  }

  async #startedTarget(): Promise<{ running: RunningTarget; surroundings: Surroundings }> {
    if (this.#target !== undefined) return this.#target;
    const { target: plan, name } = this.variant;
    const kind = targets.find((candidate) => candidate.kind === plan.kind);
    if (kind === undefined) throw new TargetError('unknown-kind', `there is no target '${plan.kind}'`);
    const corpus = this.#madeCorpus();
    const workDir = join(this.#options.workDir, encodeURIComponent(name));
    // What a target before this one has left there is not this one's.
    rmSync(workDir, { recursive: true, force: true });
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    const probe = probeClient(this.variant, corpus);
    const users = {
      clientIds: corpus.cohorts.flatMap(({ identities }) => identities.map(({ clientId }) => clientId)),
      password: corpus.password,
    };
    const issuers = () => this.#issuers();
    const surroundings = await Surroundings.open(this.variant, corpus, issuers, users, workDir);
    const order: TargetOrder = {
      host: plan.host,
      port: plan.port,
      revocation: plan.revocation,
      connectAuth: plan.connectAuth,
      sessionTickets: plan.sessionTickets,
      transport: plan.transport,
      tlsVersions: plan.tlsVersions ?? null,
      clientCertificates: plan.clientCertificates,
      broker: this.variant.broker,
      services: surroundings.urls,
      clientCaFile: corpus.clientCaFile,
      serverCertFile: corpus.serverCertFile,
      serverKeyFile: corpus.serverKeyFile,
      crlFile: surroundings.crlFile,
      allowListFile: surroundings.allowListFile,
      serverCaFile: corpus.serverCaFile,
      external: externalOf(plan),
      ...(probe !== undefined && { probe }),
      users,
      brokersDir: join(this.#options.cacheDir, 'brokers'),
      workDir,
    };
    const running = await kind.start(order, this.#options.signal).catch(async (error: unknown) => {
      await surroundings.close();
      throw error;
    });
    surroundings.surround(running);
    const forget = leaveNothing(() => running.killNow());
    this.#target = { running, surroundings, forget };
    this.version = running.version;
    this.remarks = running.remarks;
    this.tuned = running.tuned ?? [];
    this.address = `${running.address.host}:${running.address.port}`;
    this.#options.onEvent({
      kind: 'target-ready',
      variant: name,
      version: running.version,
      address: this.address,
    });
    return this.#target;
  }

  #issuers(): CorpusIssuer[] {
    if (this.#corpus === undefined) throw new Error('prepareCorpus() comes first');
    return corpusIssuers(this.#corpus.spec, this.#options.cacheDir);
  }

  #keep(keepsakes: readonly Keepsake[]): void {
    const { keepDir, onEvent } = this.#options;
    const variant = this.variant.name;
    if (keepDir === undefined) return;
    for (const reason of keepFiles(keepsakes, join(keepDir, encodeURIComponent(variant))))
      onEvent({ kind: 'keepsake-lost', variant, reason });
  }

  async #openStorm(): Promise<Storm> {
    if (this.#storm !== undefined) return this.#storm.held;
    const corpus = this.#madeCorpus();
    const { workers, seed, storms, signal, onEvent } = this.#options;
    // The identities do not depend on the CRL's padding, so variants that differ in nothing else share their SecureContexts.
    const key = JSON.stringify([
      // CRLs and times of the day are no part of what clients hold.
      { ...corpusSpecOf(seed, this.variant, 0), crlEntries: 0 },
      this.variant.corpus.from,
      corpus.serverCaFile,
      this.variant.cohorts.map(
        ({ driver, credentials, session, operation, resumption, tls, slow, messageOrder }) => [
          driver,
          credentials,
          session,
          operation,
          resumption,
          tls,
          slow,
          messageOrder,
        ],
      ),
      presentsCertificates(this.variant.target),
    ]);
    const held = await storms.hold(key, () => {
      onEvent({ kind: 'contexts', identities: this.corpusFigures.identities });
      return openStorm(
        {
          workers,
          serverCa: readFileSync(corpus.serverCaFile, 'utf8'),
          presentCertificates: presentsCertificates(this.variant.target),
          cohorts: this.variant.cohorts.map((cohort, index) => stormCohort(cohort, index, corpus)),
        },
        signal,
      );
    });
    this.#storm = { held, key };
    return held;
  }

  #madeCorpus(): Corpus {
    if (this.#corpus === undefined) throw new Error('prepareCorpus() comes first');
    return this.#corpus.made;
  }
}

/** What the plan says of a broker that somebody else has started. */
function externalOf({
  serverName,
  processId,
  container,
  metricsUrl,
}: TargetPlan): NonNullable<TargetOrder['external']> {
  return {
    ...(serverName !== undefined && { serverName }),
    ...(processId !== undefined && { processId }),
    ...(container !== undefined && { container }),
    ...(metricsUrl !== undefined && { metricsUrl }),
  };
}
