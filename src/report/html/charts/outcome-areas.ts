import type { Slice } from '../../findings/slices.ts';
import type { Axis } from './axis.ts';
import type { Area, Line } from './panel.ts';

/** Let in, turned away and undecided, one on another, over time; `shiftS` moves the zero of the time axis. */
export function outcomeAreas(
  className: string,
  slices: readonly Slice[],
  seconds: number,
  x: Axis,
  y: Axis,
  shiftS = 0,
): Area[] {
  const end = slices.at(-1);
  // The last slice is drawn to its end.
  const steps = end === undefined ? [] : [...slices, { ...end, atS: seconds }];
  const layer = (kind: string, low: (slice: Slice) => number, high: (slice: Slice) => number): Area => ({
    className: `${className} ${kind}`,
    points: steps.map((slice) => [
      x.position(slice.atS - shiftS),
      y.position(low(slice)),
      y.position(high(slice)),
    ]),
  });
  const decided = ({ accepted, refused }: Slice) => accepted + refused;
  const layers = [
    layer(
      'solid',
      () => 0,
      ({ accepted }) => accepted,
    ),
    layer('light', ({ accepted }) => accepted, decided),
  ];
  const undecided = slices.some(({ failed }) => failed > 0);
  return undecided ? [...layers, layer('failed', decided, (slice) => decided(slice) + slice.failed)] : layers;
}

/** What was started, as a line through the middles of the slices. */
export function startedLine(slices: readonly Slice[], seconds: number, x: Axis, y: Axis): Line {
  const half = seconds / Math.max(1, slices.length) / 2;
  return {
    className: 'started',
    points: slices.map((slice) => [x.position(slice.atS + half), y.position(slice.started)]),
  };
}

/** What was asked for; as many as there are slices. */
export function askedLine(
  slices: readonly Slice[],
  asked: readonly number[],
  seconds: number,
  x: Axis,
  y: Axis,
): Line {
  const half = seconds / Math.max(1, slices.length) / 2;
  return {
    className: 'dotted asked',
    // Only where it turns: most loads are level.
    points: slices.flatMap(({ atS }, i) =>
      asked[i] === asked[i - 1] && asked[i] === asked[i + 1]
        ? []
        : [[x.position(atS + half), y.position(asked[i] ?? 0)] as const],
    ),
  };
}

export function peakOf({ started, accepted, refused, failed }: Slice): number {
  return Math.max(started, accepted + refused + failed);
}
