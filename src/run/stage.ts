import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCorpus } from '../pki/corpus.ts';
import type { Corpus, CorpusSpec } from '../pki/identity.ts';
import { type CorpusIssuer, corpusIssuers } from '../pki/ocsp/corpus-issuers.ts';
import type { EventPlan, VariantPlan } from '../scenario/plan.ts';
import { ServiceError, type ServiceSnapshot } from '../services/index.ts';
import { openStorm, type Storm } from '../storm/storm.ts';
import { StormError } from '../storm/storm-error.ts';
import { targets } from '../targets/index.ts';
import type { RunningTarget, TargetKind, TargetOrder } from '../targets/target.ts';
import { TargetError } from '../targets/target-error.ts';
import { corpusSpecOf } from './corpus-spec.ts';
import type { RunEvent } from './events.ts';
import { leaveNothing } from './leftovers.ts';
import { Revoker } from './revoker.ts';
import { type StageServices, startServices } from './services/index.ts';
import type { Shared } from './shared.ts';

export type StageOptions = {
  cacheDir: string;
  workDir: string;
  seed: number;
  workers: number;
  storms: Shared<Storm>;
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
  readonly #options: StageOptions;
  #corpus: { made: Corpus; spec: CorpusSpec } | undefined;
  #services: StageServices | undefined;
  #revoker: Revoker | undefined;
  #target: { running: RunningTarget; forget: () => void } | undefined;
  #storm: { held: Storm; key: string } | undefined;

  constructor(variant: VariantPlan, options: StageOptions) {
    this.variant = variant;
    this.#options = options;
  }

  get corpusFigures(): { identities: number; crlEntries: number; crlBytes: number; keys: string } {
    const corpus = this.#corpus?.made;
    const { keys, fixedKeys } = this.variant.corpus;
    return {
      identities: corpus?.made.identities ?? 0,
      crlEntries: corpus?.crl.entries ?? 0,
      crlBytes: corpus?.crl.bytes ?? 0,
      keys: keys === 'pooled' ? 'pooled' : fixedKeys ? 'fixed' : 'fresh',
    };
  }

  /** Makes or loads the corpus. Throws PkiError. */
  async prepareCorpus(): Promise<void> {
    const { cacheDir, seed, signal, onEvent } = this.#options;
    const spec = corpusSpecOf(seed, this.variant, Date.now());
    const corpus = await makeCorpus(spec, {
      cacheDir,
      signal,
      onProgress: (progress) => onEvent({ kind: 'corpus', ...progress }),
    });
    this.#corpus = { made: corpus, spec };
    onEvent({
      kind: 'corpus-ready',
      ...this.corpusFigures,
      reused: corpus.made.reused,
      ms: corpus.made.ms,
      warnings: corpus.warnings,
    });
  }

  /** Target and storm, started where they are not up; null where one of them could not be, `failure` says why. */
  async ready(): Promise<{ target: RunningTarget; storm: Storm } | null> {
    this.failure = undefined;
    try {
      const storm = await this.#openStorm();
      return { target: await this.#startedTarget(), storm };
    } catch (error) {
      const told =
        error instanceof TargetError || error instanceof StormError || error instanceof ServiceError;
      if (!told) throw error;
      if (!this.#options.signal.aborted) this.fail(error.message);
      return null;
    }
  }

  /** Notes why this variant has no further figures; the run goes on with the others. */
  fail(reason: string): void {
    this.failure = reason;
    this.#options.onEvent({ kind: 'variant-failed', variant: this.variant.name, reason });
  }

  /** Whether a round changes what the next one would start from. */
  get changesInRounds(): boolean {
    return this.variant.events.length > 0;
  }

  /** Ends the target and its services; the next round starts others. */
  async dismissTarget(): Promise<void> {
    const target = this.#target;
    const services = this.#services;
    this.#target = undefined;
    this.#services = undefined;
    this.#revoker = undefined;
    await target?.running.stop();
    target?.forget();
    await services?.stop();
  }

  /** Counters of the services that the target asks, as they are now; none of one that is gone. */
  async serviceSnapshots(): Promise<ServiceSnapshot[]> {
    const services = this.#services?.running ?? [];
    const snapshots = await Promise.all(
      services.map(({ service }) => service.snapshot().catch(() => undefined)),
    );
    return snapshots.filter((snapshot) => snapshot !== undefined);
  }

  /** A sentence for each service that ended without having been asked to. */
  get serviceDeaths(): readonly string[] {
    return this.#services?.deaths ?? [];
  }

  /**
   * Makes an event happen: revokes at the CAs' own list, the OCSP responder and then the target; or sets a service's faults. `begun` is called
   * at the moment that counts. Resolves when everyone has been told. Throws TargetError and ServiceError.
   */
  async happen(event: EventPlan, begun: () => void): Promise<{ identities?: number }> {
    if (event.kind === 'faults') {
      begun();
      await this.#service(event.service)?.setFaults(event.faults);
      return {};
    }
    const index = this.variant.cohorts.findIndex(({ name }) => name === event.cohort);
    const identities = this.#madeCorpus().cohorts[index]?.identities ?? [];
    const serials = this.#revoker?.serialNumbers(identities) ?? [];
    const at = new Date();
    begun();
    await this.#tellResponder(serials, at);
    this.#revoker?.publish(serials, at);
    await this.#target?.running.reloadRevocation?.();
    return { identities: identities.length };
  }

  async #tellResponder(serials: readonly (readonly Uint8Array[])[], at: Date): Promise<void> {
    const responder = this.#service('ocsp');
    if (responder === undefined) return;
    for (const [issuer, list] of serials.entries()) {
      if (list.length === 0) continue;
      const inHex = list.map((serial) => Buffer.from(serial).toString('hex'));
      await responder.revoke({ serials: inHex, atMs: at.getTime(), issuer });
    }
  }

  #service(kind: string) {
    return this.#services?.running.find((candidate) => candidate.kind === kind)?.service;
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

  async #startedTarget(): Promise<RunningTarget> {
    if (this.#target !== undefined) return this.#target.running;
    const { target: plan, name } = this.variant;
    const kind = targets.find((candidate) => candidate.kind === plan.kind);
    if (kind === undefined) throw new TargetError('unknown-kind', `there is no target '${plan.kind}'`);
    const corpus = this.#madeCorpus();
    const workDir = join(this.#options.workDir, encodeURIComponent(name));
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    const crlFile = this.#ownCrlFile(workDir) ?? corpus.crlFile;
    this.#services = await startServices({ variant: this.variant, crlFile, issuers: () => this.#issuers() });
    const order: TargetOrder = {
      host: plan.host,
      port: plan.port,
      revocation: plan.revocation,
      connectAuth: plan.connectAuth,
      sessionTickets: plan.sessionTickets,
      transport: plan.transport,
      clientCertificates: plan.clientCertificates,
      broker: this.variant.broker,
      services: this.#services.urls,
      clientCaFile: corpus.clientCaFile,
      serverCertFile: corpus.serverCertFile,
      serverKeyFile: corpus.serverKeyFile,
      crlFile,
      users: {
        clientIds: corpus.cohorts.flatMap(({ identities }) => identities.map(({ clientId }) => clientId)),
        password: corpus.password,
      },
      workDir,
    };
    const running = await this.#startKind(kind, order);
    const forget = leaveNothing(() => process.kill(running.pid, 'SIGKILL'));
    this.#target = { running, forget };
    this.version = running.version;
    this.address = `${running.address.host}:${running.address.port}`;
    this.#options.onEvent({
      kind: 'target-ready',
      variant: name,
      version: running.version,
      address: this.address,
    });
    return running;
  }

  /** A target that does not start leaves no service of its own behind. */
  async #startKind(kind: TargetKind, order: TargetOrder): Promise<RunningTarget> {
    try {
      return await kind.start(order, this.#options.signal);
    } catch (error) {
      await this.dismissTarget();
      throw error;
    }
  }

  /** Where events revoke, the target reads a CRL that is not the cached corpus's. */
  #ownCrlFile(workDir: string): string | undefined {
    if (!this.variant.events.some(({ kind }) => kind === 'revoke')) return undefined;
    this.#revoker = new Revoker(this.#issuers(), this.#madeCorpus().crlFile, workDir);
    return this.#revoker.crlFile;
  }

  #issuers(): CorpusIssuer[] {
    if (this.#corpus === undefined) throw new Error('prepareCorpus() comes first');
    return corpusIssuers(this.#corpus.spec, this.#options.cacheDir);
  }

  async #openStorm(): Promise<Storm> {
    if (this.#storm !== undefined) return this.#storm.held;
    const corpus = this.#madeCorpus();
    const { workers, seed, storms, signal, onEvent } = this.#options;
    // The identities do not depend on the CRL's padding, so variants that differ in nothing else share their SecureContexts.
    const key = JSON.stringify([
      // CRLs and times of the day are no part of what clients hold.
      { ...corpusSpecOf(seed, this.variant, 0), crlEntries: 0 },
      this.variant.cohorts.map(({ driver, credentials }) => [driver, credentials]),
    ]);
    const held = await storms.hold(key, () => {
      onEvent({ kind: 'contexts', identities: this.corpusFigures.identities });
      return openStorm(
        {
          workers,
          serverCa: readFileSync(corpus.serverCaFile, 'utf8'),
          cohorts: this.variant.cohorts.map(({ name, driver, credentials }, index) => ({
            name,
            driver,
            identities: corpus.cohorts[index]?.identities ?? [],
            lie: corpus.cohorts[index]?.lie ?? null,
            password:
              credentials === 'none'
                ? null
                : credentials === 'wrong'
                  ? `not ${corpus.password}`
                  : corpus.password,
          })),
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
