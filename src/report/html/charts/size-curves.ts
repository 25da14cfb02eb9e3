import { meanInterval } from '../../../stats/index.ts';
import type { Axis } from './axis.ts';
import type { Belonging } from './belonging.ts';
import type { Line } from './panel.ts';
import type { SeriesStyle } from './series.ts';

/** A value at each of several sizes, with the values of its rounds. */
export type SizedCurve = {
  name: string;
  style: SeriesStyle;
  of?: Belonging;
  points: readonly { x: number; value: number; rounds: readonly number[]; title: string }[];
};

/** Lines with their single rounds and the 95 % interval over them at each size. */
export function sizedLine({ name, style, of, points }: SizedCurve, x: Axis, y: Axis): Line {
  return {
    className: style.className,
    label: name,
    ...(of === undefined ? {} : { of }),
    points: points.map((point) => [x.position(point.x), y.position(point.value)] as const),
    marks: points.map((point) => ({
      at: [x.position(point.x), y.position(point.value)] as const,
      marker: style.marker,
      title: point.title,
    })),
    intervals: points.flatMap((point) => {
      const interval = meanInterval(point.rounds);
      if (interval === null) return [];
      return [{ x: x.position(point.x), low: y.position(interval.low), high: y.position(interval.high) }];
    }),
    faint: points.flatMap((point) =>
      point.rounds.length < 2
        ? []
        : point.rounds.map((value) => [x.position(point.x), y.position(value)] as const),
    ),
  };
}
