import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type RecordedRates, recordedRates } from './rounds/recorded.ts';
import { readRecordings, recordingsFolder } from './rounds/recording.ts';
import { machines, type SimulatedRates, simulate } from './rounds/simulated.ts';
import { defaultRounds, type Rate, tolerance } from './rounds/trials.ts';

/** Equal things called slower, and things that are 10 % slower called so, as shares of the comparisons. */
const wanted = { falseAlarms: 0.01, tenPercentFound: 0.95 };
/** From so many comparisons on a rate is taken at its word; a smaller number of them may miss by chance, as far as its interval goes. */
const enough = 100;

/**
 * Whether the gate can be trusted: how often it finds slowdowns of known size, and how often one that is not there. On every recording of
 * `test/fixtures/rounds/` (made by `bench/record-rounds.ts`) and on rounds drawn from a model; `--json` prints one object.
 */
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: recordingsFolder },
    runs: { type: 'string', default: '1500' },
  },
});

const recorded = existsSync(flags.rounds) ? readRecordings(flags.rounds).map(recordedRates) : [];
const simulated = machines.flatMap((machine) =>
  [0, 0.02, 0.05, 0.1, 0.2].map((slowdown) => simulate(machine, slowdown, Number(flags.runs))),
);
const missed = [...recorded.flatMap(missedByRecorded), ...simulated.flatMap(missedBySimulated)];
if (missed.length > 0) process.exitCode = 1;
if (flags.json) {
  const told = { tolerance, defaultRounds, recorded, simulated, wanted, missed };
  process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
} else {
  const verdict =
    missed.length === 0
      ? `no false alarm rate above ${percent(wanted.falseAlarms)}; at least ${percent(wanted.tenPercentFound)} of the slowdowns by 10 % found`
      : `missed: ${missed.join('; ')}`;
  const lines = [...recorded.flatMap(recordedLines), ...simulatedLines(simulated), verdict];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function missedByRecorded({ recording, inOneRun, againstStoredBaseline }: RecordedRates): string[] {
  const referenced = againstStoredBaseline.filter(({ how }) => how.includes('over a reference'));
  return [...inOneRun, ...referenced].flatMap(({ slowdown, how, slower }) =>
    misses(slowdown, slower) ? [`${recording}, ${percent(slowdown)} slower, ${how}`] : [],
  );
}

function missedBySimulated({ machine, slowdown, inOneRun, againstStoredBaseline }: SimulatedRates): string[] {
  const ways = { 'in one run': inOneRun.slower, stored: againstStoredBaseline.slower };
  return Object.entries(ways).flatMap(([how, slower]) =>
    misses(slowdown, slower) ? [`simulated ${machine} machine, ${percent(slowdown)} slower, ${how}`] : [],
  );
}

function misses(slowdown: number, found: Rate | null): boolean {
  if (found === null) return false;
  const { rate, low, high, of } = found;
  if (slowdown === 0) return (of < enough ? low : rate) > wanted.falseAlarms;
  return slowdown === 0.1 && (of < enough ? high : rate) < wanted.tenPercentFound;
}

function recordedLines({ recording, machine, pairsOfEqualRounds, noise, ...found }: RecordedRates): string[] {
  const sd = (value: number | null) =>
    value === null || !Number.isFinite(value) ? '–' : `${(100 * value).toFixed(1)} %`;
  return [
    `${recording}: ${machine}, ${pairsOfEqualRounds} pairs of equal rounds; rounds differ by ${sd(noise.round)}, pairs by ${sd(noise.pairedRound)}, sessions by ${sd(noise.session)}, over a reference by ${sd(noise.sessionOverReference)}`,
    ...[...found.inOneRun, ...found.againstStoredBaseline].map(
      ({ slowdown, how, slower, toldApart, meanRounds }) =>
        `  ${percent(slowdown).padStart(5)} slower, ${how.padEnd(44)} called slower ${rate(slower)}${slowdown === 0 ? `, told apart ${rate(toldApart)}` : ''}${meanRounds === undefined ? '' : `, ${meanRounds.toFixed(0)} rounds`}`,
    ),
  ];
}

function simulatedLines(rates: readonly SimulatedRates[]): string[] {
  return [
    `simulated: ${defaultRounds} rounds in one run; --rounds auto against a stored baseline, over a reference`,
    ...rates.map(
      ({ machine, slowdown, inOneRun, againstStoredBaseline: stored }) =>
        `  ${machine.padEnd(7)} ${percent(slowdown).padStart(5)} slower: in one run ${rate(inOneRun.slower)}; stored ${rate(stored.slower)}, ${stored.meanRounds.toFixed(0)} rounds`,
    ),
  ];
}

function rate(found: Rate | null): string {
  return found === null
    ? 'nothing to compare'
    : `${percent(found.rate)} (${percent(found.low)}–${percent(found.high)} of ${found.of})`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
