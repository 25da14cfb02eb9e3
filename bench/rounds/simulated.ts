import { assumedRunNoise } from '../../src/gate/assumed-noise.ts';
import { looks, seededRandom } from '../../src/stats/index.ts';
import { againstStored, count, defaultRounds, emptyTally, type Rate, rateOf, sideBySide } from './trials.ts';

/** SDs of the logs: of a round, of what the machine does meanwhile to all alike, of what a process brings along; share of disturbed rounds. */
export type Machine = { name: string; roundSd: number; driftSd: number; runSd: number; disturbed: number };

export type SimulatedRates = {
  machine: string;
  slowdown: number;
  inOneRun: { slower: Rate | null; toldApart: Rate | null };
  againstStoredBaseline: {
    slower: Rate | null;
    toldApart: Rate | null;
    inconclusive: Rate | null;
    meanRounds: number;
  };
};

/** A quiet machine, and a shared virtual one; on both one round in fifty is disturbed by another program. */
export const machines: readonly Machine[] = [
  { name: 'quiet', roundSd: 0.03, driftSd: 0.01, runSd: 0.005, disturbed: 0.02 },
  { name: 'shared', roundSd: 0.05, driftSd: 0.03, runSd: 0.005, disturbed: 0.02 },
];

/**
 * Rounds drawn from a model: log-normal, a level that drifts with the machine and is common to all that is measured beside, another that
 * each process brings along, and rounds now and then that something else made up to 30 % dearer. Against the stored baseline with a reference.
 */
export function simulate(machine: Machine, slowdown: number, runs: number): SimulatedRates {
  const random = seededRandom(1 + Math.round(1000 * slowdown));
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const factor = 1 + slowdown;
  const process = (scale: number) => {
    const level = Math.log(scale) + machine.runSd * normal();
    return (drift: number) =>
      Math.exp(
        level + drift + machine.roundSd * normal() + (random() < machine.disturbed ? 0.3 * random() : 0),
      );
  };
  const rounds = (count: number, scales: readonly number[]) => {
    const parts = scales.map(process);
    const base = machine.driftSd * normal();
    const columns = Array.from({ length: count }, () => {
      const drift = base + machine.driftSd * normal();
      return parts.map((part) => part(drift));
    });
    return scales.map((_, index) => columns.map((column) => column[index] ?? Number.NaN));
  };
  const [inRun, storedTally] = [emptyTally(), emptyTally()];
  let roundsTaken = 0;
  const most = looks.at(-1) ?? defaultRounds;
  for (let run = 0; run < runs; run += 1) {
    const [one = [], other = []] = rounds(defaultRounds, [1, factor]);
    count(inRun, sideBySide(one, other));
    const [before = [], beside = []] = rounds(most, [1, 1]);
    const [after = [], besideAfter = []] = rounds(most, [factor, 1]);
    const over = (values: number[], reference: number[]) =>
      values.map((value, i) => value / (reference[i] ?? 1));
    const told = againstStored(over(before, beside), over(after, besideAfter), (series) =>
      assumedRunNoise(series, true),
    );
    count(storedTally, told?.verdict ?? null);
    roundsTaken += told?.rounds ?? 0;
  }
  return {
    machine: machine.name,
    slowdown,
    inOneRun: { slower: rateOf(inRun, 'slower'), toldApart: rateOf(inRun, 'slower', 'faster') },
    againstStoredBaseline: {
      slower: rateOf(storedTally, 'slower'),
      toldApart: rateOf(storedTally, 'slower', 'faster'),
      inconclusive: rateOf(storedTally, 'inconclusive'),
      meanRounds: roundsTaken / runs,
    },
  };
}
