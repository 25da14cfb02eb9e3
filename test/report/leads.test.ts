import { describe, expect, it } from 'vitest';
import { conformanceOf } from '../../src/report/findings/conformance.ts';
import { faultsOf } from '../../src/report/findings/faults.ts';
import { floodOf } from '../../src/report/findings/flood.ts';
import { ladderOf, savings } from '../../src/report/findings/ladder.ts';
import { quantileOfBins } from '../../src/report/findings/latency-slices.ts';
import { leagueOf } from '../../src/report/findings/league.ts';
import { recoveriesOf } from '../../src/report/findings/recovery.ts';
import { leads } from '../../src/report/html/leads/index.ts';
import { renderPage } from '../../src/report/html/page.ts';
import { answer } from '../../src/report/words/answer.ts';
import { plainText } from '../../src/report/words/sentence.ts';
import type { Result } from '../../src/result/index.ts';
import { brokerLeague, refusalLadder } from '../fixtures/results/brokers.ts';
import { interruptedRun, nothingButFailures, singleRun, threeVariants } from '../fixtures/results/results.ts';
import { crlAgainstOcsp, ocspFaults, revocationLag } from '../fixtures/results/revocation.ts';
import { flood, reconnectStorm } from '../fixtures/results/sessions.ts';

const kinds = {
  crlAgainstOcsp: crlAgainstOcsp(),
  revocationLag: revocationLag(2),
  ocspFaults: ocspFaults(),
  flood: flood(),
  reconnectStorm: reconnectStorm(),
  refusalLadder: refusalLadder(),
  brokerLeague: brokerLeague(),
};

const spoken = (result: Result) =>
  answer(result)
    .map((sentence) => plainText(sentence).replaceAll('\u202f', ' '))
    .join('\n');
const fitting = (result: Result) => leads.filter((lead) => lead.fits(result)).map(({ name }) => name);

describe('the lead charts', () => {
  it.each([
    ['crlAgainstOcsp', ['crl-cost']],
    ['revocationLag', ['revocation-lag']],
    ['ocspFaults', ['faults']],
    ['flood', ['flood']],
    ['reconnectStorm', ['recovery']],
    ['refusalLadder', ['refusal-ladder']],
    ['brokerLeague', ['broker-league', 'conformance']],
  ] as const)('of %s are %s', (kind, names) => {
    expect(fitting(kinds[kind])).toEqual(names);
  });

  it.each([
    ['one round', singleRun],
    ['three variants', threeVariants],
    ['an interrupted run', interruptedRun],
    ['nothing but failures', nothingButFailures],
  ])('of %s are the general ones', (_, make) => {
    expect(fitting(make())).toEqual([]);
  });

  it('leave a run in which nothing ended without any', () => {
    const { variants, ...result } = kinds.refusalLadder;
    const stopped = variants.map((variant) => ({
      ...variant,
      accounting: { ...variant.accounting, finished: 0 },
    }));
    expect(renderPage({ ...result, variants: stopped }).source).not.toContain(
      'What does it cost to turn a client away',
    );
  });
});

describe('revocation in mid-round', () => {
  it('is told by how long clients were let in, where they never were refused, and whose sessions lived on', () => {
    const text = spoken(kinds.revocationLag);
    expect(text).toContain('While a revocation was taken over, the slowest client took up to 724 ms');
    expect(text).toContain(
      'After its revocation a client was never let in again in ocsp, and for 9.80 s in crl-native+tickets.',
    );
    expect(text).toContain(
      'No revoked client was refused in none: all of 60 attempts after the revocation were let in.',
    );
    expect(text).toContain('Established sessions outlived the revocation: 15 of 15 in ocsp.');
  });

  it('is no false verdict: who is let in until revoked is neither welcome nor unwelcome', () => {
    expect(spoken(kinds.revocationLag)).toMatch(
      /^None of the \d[\d ]* clients that should be let in was turned away/,
    );
    expect(spoken(kinds.revocationLag)).not.toContain('that should be turned away');
  });
});

describe('faults of a service', () => {
  it('are counted before, during and after', () => {
    const [open, closed] = faultsOf(kinds.ocspFaults);
    expect(open?.stretches.before.falseAccepts).toBe(0);
    expect(open?.stretches.during.falseAccepts).toBeGreaterThan(0);
    expect(open?.stretches.during.falseRejects).toBe(0);
    expect(closed?.stretches.during).toMatchObject({ letIn: 0, falseAccepts: 0 });
    expect(closed?.stretches.after.falseRejects).toBe(0);
    expect(closed?.recoveryMs).toBe(0);
    expect(open?.stretches.before.p50Ms).toBeGreaterThan(1);
  });

  it('count to the last wrong answer after their end', () => {
    const [first] = kinds.ocspFaults.variants;
    if (first === undefined) throw new Error('the fixture has variants');
    const late = {
      ...first,
      rounds: first.rounds.map((round) => ({
        ...round,
        timeline: {
          ...round.timeline,
          cohorts: round.timeline.cohorts.map((line) =>
            line.name === 'revoked'
              ? { ...line, accepted: line.accepted.map((_, i) => (i === 26 ? 1 : 0)) }
              : line,
          ),
        },
      })),
    };
    expect(faultsOf({ ...kinds.ocspFaults, variants: [late] })[0]?.recoveryMs).toBe(1500);
  });
});

describe('the refusal ladder', () => {
  it('counts in what database and services spend, round by round', () => {
    const ladder = ladderOf(kinds.refusalLadder);
    const database = ladder?.steps.find(({ variant }) => variant.name === 'CONNECT, database');
    expect(database?.parts.database).toBeCloseTo(0.42, 9);
    expect(database?.totalMs).toBeCloseTo((database?.parts.broker ?? 0) + 0.42, 9);
    expect(database?.rounds).toHaveLength(4);
    expect(ladder?.yardstick?.variant.name).toBe('good client');
    expect(database?.ratio?.low).toBeGreaterThan(1.1);
  });

  it('says what refusing earlier saves, or that it saves nothing', () => {
    const text = spoken(kinds.refusalLadder);
    expect(text).toMatch(
      /at CONNECT \(CONNECT, database\) 2\.\d\d ms of CPU, services counted in: [12]\.\d\d× \(95 %: .+\)\. So much the earlier refusal saves on this machine\./,
    );
    expect(text).toMatch(
      /at CONNECT \(CONNECT, in memory\) .*On this machine it saves nothing that these rounds could tell\./,
    );
    expect(
      savings(ladderOf(kinds.refusalLadder) ?? { steps: [], yardstick: null, skipped: [] }),
    ).toHaveLength(4);
  });

  it('says wherever it matters that Node refuses after the handshake, and not of a broker that refuses within it', () => {
    const late =
      /refuses a certificate after the last flight of the handshake: the client sees its handshake done/;
    expect(spoken(kinds.refusalLadder)).toMatch(late);
    expect(spoken(kinds.refusalLadder)).toContain('Turning a client away in TLS (');
    const others = kinds.refusalLadder.variants.map((variant) => ({
      ...variant,
      target: { ...variant.target, kind: 'mosquitto' },
    }));
    const text = spoken({ ...kinds.refusalLadder, variants: others });
    expect(text).not.toMatch(late);
    expect(text).toContain('Turning a client away in the handshake (');
    expect(renderPage(kinds.flood).source).toMatch(
      /<section id="lead".*completes the whole handshake.*<section id="expected"/s,
    );
  });

  it('tells the memory of an attempt in flight, and how it was measured', () => {
    const variants = kinds.refusalLadder.variants.map((variant) => ({
      ...variant,
      target: {
        ...variant.target,
        inFlightMemory: { heldAt: 'handshake' as const, held: 400, heldBefore: 100, bytesPerAttempt: 61_440 },
      },
    }));
    const page = renderPage({ ...kinds.refusalLadder, variants }).source;
    expect(page).toContain('Memory of an attempt in flight, KiB');
    expect(page).toContain('from 100 to 400 that are held');
    expect(page).toMatch(/>60\.0</);
  });

  it('names the steps that could not be measured, and that the bundled broker refuses late', () => {
    const [first, second, ...rest] = kinds.refusalLadder.variants;
    if (first === undefined || second === undefined) throw new Error('the fixture has variants');
    const skipped = {
      ...second,
      name: 'redis',
      failure: 'Redis does not answer',
      rounds: [],
      target: { ...second.target, cpuMsPerAttempt: undefined },
    };
    const page = renderPage({
      ...kinds.refusalLadder,
      variants: [first, second, skipped, ...rest] as Result['variants'],
    }).source;
    expect(page).toContain('Not measured: redis (Redis does not answer).');
    expect(page).toMatch(/<section id="lead".*completes the whole handshake.*<section id="expected"/s);
  });
});

describe('sessions', () => {
  it('break where their objective is missed, with bounds over rounds', () => {
    const found = floodOf(kinds.flood);
    const [none, limited] = found?.curves ?? [];
    if (none === undefined || typeof none.breaking === 'string') throw new Error('it breaks');
    expect(none.interval?.low).toBeLessThanOrEqual(none.breaking.high);
    expect(none.interval?.high).toBeGreaterThanOrEqual(none.breaking.low);
    expect(limited?.breaking).toBe('never');
    expect(found?.objectiveMs).toBe(250);
    expect(spoken(kinds.flood)).toMatch(
      /In no defence victims were served as they should be up to 1 \d\d0 bad clients a second, and no more from 1 \d\d0 on/,
    );
  });

  it('come back: the time to half, to 95 % and to all of them, or never', () => {
    const [none, , , jitter] = recoveriesOf(kinds.reconnectStorm);
    expect(none?.rounds.map(({ before }) => before)).toEqual([2000, 2000]);
    expect(none?.reached.map(({ meanS }) => meanS)).toEqual([2, 3.75, 4]);
    expect(jitter?.reached[2]?.meanS).toBeNull();
    expect(spoken(kinds.reconnectStorm)).toContain(
      'In none, half of 2 000 sessions were back after 2.00 s, 95 % after 3.75 s, all after 4.00 s.',
    );
  });

  it('that a fleet only holds come back from nothing', () => {
    const [variant] = kinds.reconnectStorm.variants;
    if (variant === undefined) throw new Error('the fixture has variants');
    const steady = {
      ...variant,
      rounds: variant.rounds.map((round) => ({
        ...round,
        timeline: {
          ...round.timeline,
          cohorts: round.timeline.cohorts.map((line) => ({ ...line, held: line.started.map(() => 100) })),
        },
      })),
    };
    expect(recoveriesOf({ ...kinds.reconnectStorm, variants: [steady] })).toEqual([]);
  });
});

describe('brokers side by side', () => {
  it('have a rate, a cost and a wait each', () => {
    const league = leagueOf(kinds.brokerLeague);
    expect(league.map(({ target }) => target)).toEqual(['bundled', 'mosquitto', 'hivemq', 'rabbitmq']);
    for (const { cpuMs, attemptsPerSecond, goodP50Ms } of league)
      for (const figure of [cpuMs, attemptsPerSecond, goodP50Ms]) expect(figure?.rounds).toHaveLength(3);
    expect(league.at(-1)?.falseAccepts).toBe(20);
  });

  it('are held against each defect, with the alert, the layer and the clause', () => {
    const table = conformanceOf(kinds.brokerLeague);
    const row = (name: string) => table?.rows.find(({ cohort }) => cohort === name);
    expect(row('expired')?.cells.map((cell) => cell?.words)).toEqual([
      'closed without an alert',
      'in the handshake: certificate_expired (45)',
      'in the handshake: certificate_unknown (46)',
      'in the handshake: certificate_expired (45)',
    ]);
    expect(row('wrong-eku')?.cells.at(-1)).toMatchObject({ treatment: 'mixed', falseAccepts: 20 });
    expect(renderPage(kinds.brokerLeague).source).toContain('false accept (RFC 5280 4.2.1.12)');
  });
});

describe('a quantile read from bins', () => {
  it('lies within its bin, and is none of none', () => {
    expect(quantileOfBins({ boundsMs: [1, 2, 4], counts: [0, 10] }, 0.5)).toBeCloseTo(Math.SQRT2, 9);
    expect(quantileOfBins({ boundsMs: [1, 2, 4], counts: [] }, 0.5)).toBeNull();
    expect(quantileOfBins(null, 0.5)).toBeNull();
  });
});
