import { checkNumber, type Stage } from './schedule.ts';

/** A level that moves linearly from each stage's end to the next one's, and stays where the last one left it. */
export type LinearStages = {
  valueAt(elapsedMs: number): number;
  /** The integral of the level over time from 0, in level × milliseconds. */
  integralAt(elapsedMs: number): number;
  /** The last moment at which the integral is still `area` or less; Infinity when it never exceeds it. */
  whenExceeding(area: number): number;
};

type Piece = { startMs: number; endMs: number; from: number; to: number; areaBefore: number };

export function linearStages(start: number, stages: readonly Stage[]): LinearStages {
  checkNumber('the starting level', start);
  const pieces: Piece[] = [];
  let [startMs, from, areaBefore] = [0, start, 0];
  for (const [index, { durationMs, target }] of stages.entries()) {
    checkNumber(`stages[${index}].durationMs`, durationMs);
    checkNumber(`stages[${index}].target`, target);
    pieces.push({ startMs, endMs: startMs + durationMs, from, to: target, areaBefore });
    areaBefore += ((from + target) / 2) * durationMs;
    startMs += durationMs;
    from = target;
  }
  pieces.push({ startMs, endMs: Infinity, from, to: from, areaBefore });

  const last: Piece = { startMs, endMs: Infinity, from, to: from, areaBefore };
  const pieceAt = (elapsedMs: number): Piece => pieces.find(({ endMs }) => elapsedMs < endMs) ?? last;
  return {
    valueAt(elapsedMs) {
      const piece = pieceAt(elapsedMs);
      return piece.from + slope(piece) * (elapsedMs - piece.startMs);
    },
    integralAt(elapsedMs) {
      const piece = pieceAt(elapsedMs);
      const t = elapsedMs - piece.startMs;
      return piece.areaBefore + piece.from * t + (slope(piece) * t * t) / 2;
    },
    whenExceeding(area) {
      const next = pieces.findIndex((_, index) => (pieces[index + 1]?.areaBefore ?? Infinity) > area);
      const piece = pieces[next] ?? last;
      return piece.startMs + timeToArea(piece, area - piece.areaBefore);
    },
  };
}

function slope({ startMs, endMs, from, to }: Piece): number {
  return endMs === Infinity ? 0 : (to - from) / (endMs - startMs);
}

/**
 * Solves from·t + slope·t²/2 = area for t ≥ 0, in the form that loses no digits to cancellation when the slope is small or `from` is 0.
 */
function timeToArea(piece: Piece, area: number): number {
  if (area <= 0) return piece.from === 0 && piece.to === 0 ? Infinity : 0;
  const root = Math.sqrt(Math.max(0, piece.from ** 2 + 2 * slope(piece) * area));
  return (2 * area) / (piece.from + root);
}
