import type { Corpus, Identity } from '../pki/identity.ts';
import type { CorpusIssuer } from '../pki/ocsp/corpus-issuers.ts';
import type { EventPlan, VariantPlan } from '../scenario/plan.ts';
import type { RunningTarget, TargetOrder } from '../targets/target.ts';
import { AllowList } from './allow-list.ts';
import { readServiceCpu } from './cpu-sources.ts';
import type { MeasuredService } from './measured-round.ts';
import { Revoker } from './revoker.ts';
import { type StageServices, startServices } from './services/index.ts';

/** What a round asks of what is around its target. */
export type RoundSurroundings = {
  /** Counters of the services and the database that the target asks, as they are now; none of one that is gone. */
  serviceSnapshots(): Promise<MeasuredService[]>;
  /** A sentence for each service that ended without having been asked to. */
  readonly serviceDeaths: readonly string[];
  /**
   * Makes an event happen; `begun` is called at the moment that counts. Resolves when everyone whom it concerns has been told. Throws
   * TargetError and ServiceError.
   */
  happen(event: EventPlan, begun: () => void): Promise<{ identities?: number }>;
};

/** What a target has around it: the services that it asks, and the CAs' own list where certificates are revoked in mid-round. */
export class Surroundings implements RoundSurroundings {
  readonly #variant: VariantPlan;
  readonly #corpus: Corpus;
  readonly #revoker: Revoker | undefined;
  readonly #allowList: AllowList | undefined;
  readonly #services: StageServices;
  #target: RunningTarget | undefined;

  /** Starts the services. Throws ServiceError, and then leaves none behind. */
  static async open(
    variant: VariantPlan,
    corpus: Corpus,
    issuers: () => CorpusIssuer[],
    users: TargetOrder['users'],
    workDir: string,
  ): Promise<Surroundings> {
    const revokes = variant.events.some(({ kind }) => kind === 'revoke');
    // The cached corpus's own CRL stays as it is.
    const revoker = revokes ? new Revoker(issuers(), corpus.crlFile, workDir) : undefined;
    const crlFile = revoker?.crlFile ?? corpus.crlFile;
    const lists = variant.target.revocation === 'allow-list';
    const allowList = lists ? new AllowList(variant, corpus, workDir) : undefined;
    const services = await startServices({ variant, crlFile, users, workDir, issuers });
    return new Surroundings(variant, corpus, { revoker, allowList, services });
  }

  private constructor(
    variant: VariantPlan,
    corpus: Corpus,
    parts: { revoker: Revoker | undefined; allowList: AllowList | undefined; services: StageServices },
  ) {
    this.#variant = variant;
    this.#corpus = corpus;
    this.#revoker = parts.revoker;
    this.#allowList = parts.allowList;
    this.#services = parts.services;
  }

  get crlFile(): string {
    return this.#revoker?.crlFile ?? this.#corpus.crlFile;
  }

  /** Null where the target looks nobody up in one. */
  get allowListFile(): string | null {
    return this.#allowList?.file ?? null;
  }

  get urls(): TargetOrder['services'] {
    return this.#services.urls;
  }

  get serviceDeaths(): readonly string[] {
    return this.#services.deaths;
  }

  /** The target that is to be told of revocations. */
  surround(target: RunningTarget): void {
    this.#target = target;
  }

  async serviceSnapshots(): Promise<MeasuredService[]> {
    const services: { snapshot(): Promise<MeasuredService> }[] = [
      ...this.#services.running.map(({ service }) => ({
        snapshot: async () => {
          const snapshot = await service.snapshot();
          return { ...snapshot, cpu: readServiceCpu(service, snapshot) };
        },
      })),
      ...(this.#target?.asked ?? []),
    ];
    const snapshots = await Promise.all(services.map((service) => service.snapshot().catch(() => undefined)));
    return snapshots.filter((snapshot) => snapshot !== undefined);
  }

  async happen(event: EventPlan, begun: () => void): Promise<{ identities?: number }> {
    if (event.kind === 'revoke') return this.#revoke(this.#identitiesOf(event.cohort), begun);
    begun();
    await this.#service(event.service)?.setFaults(event.faults);
    return {};
  }

  /** Safe to call twice. */
  close(): Promise<void> {
    return this.#services.stop();
  }

  /** The responder knows at once; the list has to be signed, published, and read by the target. */
  async #revoke(identities: readonly Identity[], begun: () => void): Promise<{ identities: number }> {
    const serials = this.#revoker?.serialNumbers(identities) ?? [];
    const at = new Date();
    begun();
    await this.#tellResponder(serials, at);
    this.#allowList?.remove(identities);
    this.#revoker?.publish(serials, at);
    await this.#target?.reloadRevocation?.();
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

  #identitiesOf(cohort: string): readonly Identity[] {
    const index = this.#variant.cohorts.findIndex(({ name }) => name === cohort);
    return this.#corpus.cohorts[index]?.identities ?? [];
  }

  #service(kind: string) {
    return this.#services.running.find((candidate) => candidate.kind === kind)?.service;
  }
}
