import { coefficientOfVariation } from 'simple-statistics';
import type { Result, VariantResult } from '../../result/index.ts';
import { cpuByRound } from './answer-cost.ts';
import { count, duration, percent } from './numbers.ts';
import { name, type Part, type Sentence } from './sentence.ts';
import { neutralise, plural } from './text.ts';

/** Something that makes a figure less worth, and what to do about it. Values, made in this one place, told by every format. */
export type Warning = { sentence: Sentence; mend: string };

/** Rounds of one variant differ by more than this (CV): forced collections bring it to 3–6 %. */
const noisyRounds = 0.1;
/** Milliseconds that half of the attempts may start late before response times are the generator's rather than the target's. */
const lateStart = 5;
/** Milliseconds: beyond this the generator itself was slow to notice 1 in 100 answers. */
const slowLoop = 20;
/** The bundled broker has one event loop: from this share of one core on, clients queue for it. */
const saturated = 0.9;

export function warnings(result: Result): Warning[] {
  return checks.flatMap((check) => {
    const found = result.variants.flatMap((variant) => {
      const warning = check(variant);
      return warning === null ? [] : [{ variant: variant.name, ...warning }];
    });
    return result.variants.length === 1
      ? found.map(({ text, mend }) => told([], text, mend))
      : grouped(found);
  });
}

/** The same weakness in many variants is one warning, with the first of them as the example. */
function grouped(found: readonly { variant: string; text: string; mend: string }[]): Warning[] {
  const [first] = found;
  if (first === undefined) return [];
  if (found.length <= 3)
    return found.map(({ variant, text, mend }) => told([name(variant), ': '], text, mend));
  const others = `${count(found.length)} variants, for example `;
  return [told([others, name(first.variant), ': '], first.text, first.mend)];
}

function told(place: readonly Part[], text: string, mend: string): Warning {
  return { sentence: { tone: 'warning', parts: [...place, text] }, mend };
}

type Found = { text: string; mend: string } | null;

const checks: readonly ((variant: VariantResult) => Found)[] = [
  function ofTheTarget({ target: { remarks = [] } }) {
    if (remarks.length === 0) return null;
    return {
      text: remarks.map((remark) => neutralise(remark, 300)).join('; '),
      mend: 'Read its figures with that in mind.',
    };
  },
  function missed({ accounting: { missedArrivals, scheduled } }) {
    if (missedArrivals === 0) return null;
    return {
      text: `${count(missedArrivals)} of ${count(scheduled)} arrivals (${percent(missedArrivals / scheduled)}) were missed, so the load was lower than asked for`,
      mend: 'Lower load.rate, or raise load.maxInFlight.',
    };
  },
  function startedLate({ generator }) {
    const late = generator.scheduleErrorMs?.p50 ?? 0;
    if (late <= lateStart) return null;
    return {
      text: `half of the attempts started ${duration(late)} late or later, and response times include that wait`,
      mend: 'Lower load.rate, or leave the machine to this run.',
    };
  },
  function lagging({ generator }) {
    const lag = generator.eventLoopLagMs?.p99 ?? 0;
    if (lag <= slowLoop) return null;
    return {
      text: `the generator's event loop lagged by ${duration(lag)} (p99), and latencies hold some of that`,
      mend: 'Leave the machine to this run, or lower load.rate.',
    };
  },
  function targetSaturated({ rounds }) {
    const shares = rounds.flatMap(({ target, elapsedMs }) =>
      target.cpuUserMs === undefined ? [] : [(target.cpuUserMs + (target.cpuSystemMs ?? 0)) / elapsedMs],
    );
    const busiest = Math.max(0, ...shares);
    if (busiest < saturated) return null;
    return {
      text: `the broker used ${percent(busiest)} of one core, so latencies may hold time spent waiting for its CPU`,
      mend: 'For latencies without queueing lower load.rate; for the cost per attempt this is fine.',
    };
  },
  function noise(variant) {
    const rounds = cpuByRound(variant);
    const spread = rounds.length < 3 ? 0 : coefficientOfVariation(rounds);
    if (!(spread > noisyRounds)) return null;
    return {
      text: `the broker's CPU per attempt differs by ${percent(spread)} (CV) between rounds`,
      mend: 'Make rounds longer, add rounds, or leave the machine to this run.',
    };
  },
  function besideOthers({ rounds }) {
    const noisy = rounds.flatMap(({ machine }) => (machine?.noisy?.length ? [machine.noisy] : []));
    const example = noisy[0]?.[0];
    if (example === undefined) return null;
    return {
      text: `${count(noisy.length)} of ${count(rounds.length)} ${plural(rounds.length, 'round')} had company on the machine, for example ${example}`,
      mend: 'They count like the others; leave the machine to this run for narrower intervals.',
    };
  },
  function undecided({ cohorts }) {
    const errors = cohorts.reduce((sum, cohort) => sum + cohort.errors, 0);
    if (errors === 0) return null;
    return {
      text: `${count(errors)} ${plural(errors, 'attempt')} ended without a decision of the target and are in no latency`,
      mend: 'Look at the outcomes timeout, connect-failed and local-error under “Expected against seen”.',
    };
  },
  function leftOpen({ accounting }) {
    if (accounting.unfinished === 0) return null;
    return {
      text: `${count(accounting.unfinished)} ${plural(accounting.unfinished, 'attempt')} had not ended when the round closed`,
      mend: 'Raise load.gracefulStop if that matters.',
    };
  },
  function thinCohorts({ cohorts }) {
    const thin = cohorts.filter(({ attempts, errors }) => attempts > 0 && attempts - errors < 100);
    if (thin.length === 0) return null;
    return {
      text: `${count(thin.length)} ${plural(thin.length, 'cohort has', 'cohorts have')} fewer than 100 decided attempts, so the p99 there is its slowest attempt`,
      mend: 'Raise the weight of these cohorts, or make load.duration longer.',
    };
  },
  function sourcesDisagree({ target, services = [] }) {
    const apart = [{ who: 'broker', sources: target.cpuSources }].concat(
      services.map(({ kind, cpuSources }) => ({ who: kind, sources: cpuSources })),
    );
    const [first] = apart.flatMap(({ who, sources }) =>
      sources === undefined || sources.agree ? [] : [{ who, ...sources }],
    );
    if (first === undefined) return null;
    return {
      text: `the CPU of the ${neutralise(first.who, 40)} is ${duration(first.usedMs)} by ${neutralise(first.used, 40)} and ${duration(first.otherMs)} by ${neutralise(first.other, 40)}, more than 5 % apart`,
      mend: 'Make rounds longer: what is rounded to ticks weighs less then.',
    };
  },
  function incompleteRounds({ rounds }) {
    const cut = rounds.filter(({ complete }) => !complete).length;
    if (cut === 0) return null;
    return {
      text: `${count(cut)} of ${count(rounds.length)} ${plural(rounds.length, 'round')} ended before ${plural(cut, 'its', 'their')} time`,
      mend: 'Run it again for whole rounds.',
    };
  },
];
