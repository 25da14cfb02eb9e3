import { driverAsked } from './driver-asked.ts';
import { parseDuration } from './duration.ts';
import { shareIdentities } from './identities.ts';
import type {
  BrokerPlan,
  CohortPlan,
  EventPlan,
  Expectation,
  LoadPlan,
  ServicesPlan,
  SessionPlan,
  VariantPlan,
} from './plan.ts';
import { splitRevoked } from './revoked-cohorts.ts';
import type { Scenario } from './schema.ts';
import { shareOf } from './share.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Checks at CONNECT that look at no password. */
const withoutPasswords = ['none', 'certificate'];

/** One variant of a scenario that has passed all checks, with nothing left to be filled in. */
export function resolveVariant(
  name: string,
  labels: VariantPlan['labels'],
  scenario: Scenario,
  vocabulary: Vocabulary,
): VariantPlan {
  const { target } = scenario;
  const defects = new Map(vocabulary.defects.map((defect) => [defect.name, defect]));
  const shares = shareIdentities(
    scenario.corpus.identities,
    scenario.cohorts.map(({ defect, weight, identities }) => ({
      certificate: defects.get(defect)?.certificate ?? true,
      revoked: defects.get(defect)?.revoked ?? false,
      weight,
      identities,
    })),
  );
  if ('needed' in shares) throw new Error('identities were shared out before they were checked');
  const written = scenario.cohorts.map(
    (cohort, index): CohortPlan => ({
      name: cohort.name,
      weight: cohort.weight,
      identities: shares.perCohort[index] ?? 0,
      defect: cohort.defect,
      expect:
        cohort.first?.expect === 'refused'
          ? { outcome: 'reject-at-authorization' }
          : resolveExpectation(cohort.expect),
      driver: String(driverAsked(cohort, vocabulary)),
      credentials: cohort.credentials ?? (withoutPasswords.includes(target.connectAuth) ? 'none' : 'right'),
      ...(cohort.algorithm !== undefined && { algorithm: withoutGaps(cohort.algorithm) }),
      ...(cohort.certificate && { certificate: withoutGaps(cohort.certificate) }),
      ...resolveOperation(cohort.first),
      ...resolveSlow(cohort),
      ...(cohort.messageOrder !== undefined && { messageOrder: cohort.messageOrder }),
      ...resolveArrivals(cohort.arrivals),
      ...(cohort.tls && { tls: withoutGaps(cohort.tls) }),
      ...(cohort.mqttVersion === 5 && { mqttVersion: cohort.mqttVersion }),
      ...(cohort.session && { session: resolveSession(cohort.session) }),
      ...(cohort.resumption !== 'none' && { resumption: resolveResumption(cohort.resumption) }),
      ...(cohort.endsAfter !== undefined && { endsAfterMs: milliseconds(cohort.endsAfter) }),
    }),
  );
  const { cohorts, events } = resolveEvents(scenario.events, written);
  const crlEntries = scenario.corpus.crlEntries ?? shares.revoked;
  const refusedAt = refusalLayer(cohorts);
  return {
    name,
    labels: {
      ...labels,
      target: target.kind,
      revocation: target.revocation,
      crlEntries,
      connectAuth: target.connectAuth,
      ...(refusedAt === undefined ? {} : { refusedAt }),
    },
    corpus: { ...resolveCorpus(scenario.corpus), identities: shares.total, crlEntries },
    target: {
      kind: target.kind,
      host: target.host,
      port: target.port,
      revocation: target.revocation,
      connectAuth: target.connectAuth,
      sessionTickets: target.sessionTickets,
      transport: target.transport,
      clientCertificates: target.clientCertificates,
      ...(target.startAnew && { startAnew: true }),
      ...withoutGaps({
        tlsVersions: target.tlsVersions,
        caFile: target.caFile,
        serverName: target.serverName,
        processId: target.processId,
        container: target.container,
        metricsUrl: target.metricsUrl,
      }),
    },
    broker: resolveBroker(scenario.broker),
    services: resolveServices(scenario.services),
    events,
    load: resolveLoad(scenario.load),
    cohorts,
  };
}

/** A field that was left out is no field that is undefined. */
type WithoutGaps<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { [Key in keyof Value]: WithoutGaps<Exclude<Value[Key], undefined>> }
    : Value;

function withoutGaps<Value>(value: Value): WithoutGaps<Value> {
  return JSON.parse(JSON.stringify(value)) as WithoutGaps<Value>;
}

function resolveExpectation(expect: Scenario['cohorts'][number]['expect']): Expectation {
  if (typeof expect === 'string') return { outcome: expect };
  return expect.cause === undefined
    ? { outcome: expect.outcome }
    : { outcome: expect.outcome, cause: expect.cause };
}

function resolveCorpus({ lifetime, ...corpus }: Scenario['corpus']) {
  return {
    ...withoutGaps(corpus),
    ...(lifetime !== undefined && { lifetimeMs: milliseconds(lifetime) }),
  };
}

function resolveSession(session: NonNullable<Scenario['cohorts'][number]['session']>): SessionPlan {
  const { hold, keepAlive, publish, subscribe, ungraceful } = session;
  return {
    holdMs: hold === 'until-end' ? null : milliseconds(hold),
    keepAliveMs: milliseconds(keepAlive),
    publish: publish ?? null,
    subscribe,
    ungraceful: shareOf(ungraceful),
  };
}

function resolveResumption(resumption: string | number): number {
  return resumption === 'tickets' ? 1 : shareOf(resumption);
}

function resolveBroker(broker: Scenario['broker']): BrokerPlan {
  const {
    handshakeTimeout,
    ocsp,
    crl,
    slowdown,
    limits,
    authorization,
    password,
    database,
    webservice,
    ...rest
  } = broker;
  return {
    ...rest,
    slowdown: shareOf(slowdown),
    handshakeTimeoutMs: milliseconds(handshakeTimeout),
    ocsp: { timeoutMs: milliseconds(ocsp.timeout), nonce: ocsp.nonce, method: ocsp.method },
    crl: { source: crl.source, pollMs: milliseconds(crl.poll), jitter: crl.jitter },
    limits: {
      connectionsPerSecond: limits.connectionsPerSecond ?? null,
      handshakesInFlight: limits.handshakesInFlight ?? null,
      connectionsPerAddress: limits.connectionsPerAddress ?? null,
    },
    authorization: resolveAuthorization(authorization),
    password: withoutGaps(password),
    database: { ...asked(database), url: database.url ?? null },
    webservice: asked(webservice),
  };
}

function resolveAuthorization(
  authorization: Scenario['broker']['authorization'],
): BrokerPlan['authorization'] {
  if (authorization === undefined) return null;
  const rules = authorization.rules.map(({ when: { validityLeft, ...when }, publish, subscribe }) => ({
    when: {
      ...withoutGaps(when),
      ...(validityLeft !== undefined && { validityLeftMs: milliseconds(validityLeft) }),
    },
    publish,
    subscribe,
  }));
  return { rules, padding: authorization.padding };
}

function resolveOperation(first: Scenario['cohorts'][number]['first']): Pick<CohortPlan, 'operation'> {
  const topic = first?.subscribe ?? first?.publish;
  if (topic === undefined) return {};
  return { operation: { operation: first?.subscribe === undefined ? 'publish' : 'subscribe', topic } };
}

function resolveArrivals({
  rate,
  within,
}: NonNullable<Scenario['cohorts'][number]['arrivals']> = {}): Pick<CohortPlan, 'arrivals'> {
  if (rate !== undefined) return { arrivals: { perSecond: rate } };
  return within === undefined ? {} : { arrivals: { withinMs: milliseconds(within) } };
}

function resolveSlow({ stopAfter, trickle }: Scenario['cohorts'][number]): Pick<CohortPlan, 'slow'> {
  if (stopAfter !== undefined) return { slow: { stopAfter } };
  return trickle === undefined ? {} : { slow: { bytesPerSecond: Number.parseInt(trickle, 10) } };
}

function asked<Settings extends { timeout: string }>({ timeout, ...rest }: Settings) {
  return { ...rest, timeoutMs: milliseconds(timeout) };
}

function resolveServices({ ocsp, crl, auth }: Scenario['services']): ServicesPlan {
  const { validity, ...responder } = ocsp;
  const delay = auth.delay === undefined ? [] : [`delay=${auth.delay}`];
  return {
    ocsp: { ...responder, validityMs: milliseconds(validity) },
    crl,
    auth: { port: auth.port, faults: [...delay, ...auth.faults] },
  };
}

function resolveEvents(
  events: Scenario['events'],
  cohorts: readonly CohortPlan[],
): { cohorts: CohortPlan[]; events: EventPlan[] } {
  const faults = events.flatMap(({ at, faults }): EventPlan[] =>
    faults === undefined
      ? []
      : [{ atMs: milliseconds(at), kind: 'faults', service: faults.service, faults: faults.set }],
  );
  const revocations = events.flatMap(({ at, revoke }) =>
    revoke === undefined
      ? []
      : [{ atMs: milliseconds(at), cohort: revoke.cohort, fraction: shareOf(revoke.fraction) }],
  );
  const split = splitRevoked(cohorts, revocations);
  const inOrder = [...faults, ...split.events].sort((one, other) => one.atMs - other.atMs);
  return { cohorts: split.cohorts, events: inOrder };
}

/** The one place at which all unwelcome cohorts are expected to be refused, where they name one and the same. */
function refusalLayer(cohorts: readonly CohortPlan[]): string | undefined {
  const places = new Set(
    cohorts.filter(({ expect }) => expect.outcome.startsWith('reject')).map(refusalPlace),
  );
  const [only] = places;
  return places.size === 1 ? only : undefined;
}

function refusalPlace({ expect, operation }: CohortPlan): string | undefined {
  if (expect.outcome === 'reject-at-tls') return 'tls';
  if (expect.outcome === 'reject-at-connect') return 'connect';
  return expect.outcome === 'reject-at-authorization' ? operation?.operation : undefined;
}

function resolveLoad(load: Scenario['load']): LoadPlan {
  const stages = (load.stages ?? []).map(({ duration, target }) => ({
    durationMs: milliseconds(duration),
    target,
  }));
  return {
    model: load.model,
    rate: load.rate ?? 0,
    vus: load.vus ?? 0,
    durationMs:
      load.duration === undefined
        ? stages.reduce((sum, { durationMs }) => sum + durationMs, 0)
        : milliseconds(load.duration),
    stages,
    ...resolveModel(load),
    ...(load.memoryProbe !== undefined && { memoryProbe: load.memoryProbe }),
    warmupMs: milliseconds(load.warmup),
    maxInFlight: load.maxInFlight,
    attemptTimeoutMs: milliseconds(load.attemptTimeout),
    gracefulStopMs: milliseconds(load.gracefulStop),
  };
}

/** What the models beside the constant and the ramping ones have of their own. */
function resolveModel(load: Scenario['load']): Partial<LoadPlan> {
  const { model, thinkTime, clients, spread, cutAt, backoff, trace, objective, precision } = load;
  const herd = model === 'thundering-herd';
  const { policy = 'full-jitter', base = '1s', cap = '60s' } = backoff ?? {};
  return {
    ...(thinkTime !== undefined && { thinkMs: milliseconds(thinkTime) }),
    ...(clients !== undefined && { clients, spreadMs: milliseconds(spread ?? (herd ? '1s' : '5s')) }),
    ...(cutAt !== undefined && {
      cutAtMs: milliseconds(cutAt),
      backoff: { policy, baseMs: milliseconds(base), capMs: milliseconds(cap) },
    }),
    ...(trace !== undefined && { trace }),
    ...(objective !== undefined && { objective, precision: shareOf(precision ?? 0.1) }),
  };
}

function milliseconds(duration: string): number {
  const ms = parseDuration(duration);
  if (ms === undefined) throw new Error(`'${duration}' passed the schema and is no duration`);
  return ms;
}
