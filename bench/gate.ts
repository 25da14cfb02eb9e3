import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type RecordedRates, recordedRates } from './rounds/recorded.ts';
import { readRecordings, recordingsFolder } from './rounds/recording.ts';
import { machines, type SimulatedRates, simulate } from './rounds/simulated.ts';
import { defaultRounds, type Rate, tolerance } from './rounds/trials.ts';

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
if (flags.json) {
  const told = { tolerance, defaultRounds, recorded, simulated };
  process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
} else {
  process.stdout.write(`${[...recorded.flatMap(recordedLines), ...simulatedLines(simulated)].join('\n')}\n`);
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
