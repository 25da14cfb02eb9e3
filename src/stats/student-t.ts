import { gammaln } from 'simple-statistics';

/**
 * The t that a Student variable with `degrees` degrees of freedom stays within ± of, with this probability: 12.71 for 1 and 0.95.
 *
 * @throws RangeError for a probability outside (0, 1) or degrees under 1.
 */
export function twoSidedT(degrees: number, confidence: number): number {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence ${confidence} is not within 0 and 1`);
  if (!(degrees >= 1)) throw new RangeError(`${degrees} degrees of freedom are fewer than 1`);
  let low = 0;
  let high = 1;
  while (withinT(high, degrees) < confidence) high *= 2;
  for (let step = 0; step < 100 && high - low > high * 1e-12; step += 1) {
    const middle = (low + high) / 2;
    if (withinT(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability that a Student variable with `degrees` degrees of freedom is at least as far from 0 as `t`, on either side. */
export function twoSidedP(t: number, degrees: number): number {
  const size = Math.abs(t);
  if (size === Number.POSITIVE_INFINITY) return 0;
  return incompleteBeta(degrees / 2, 0.5, degrees / (degrees + size * size));
}

/** P(|T| ≤ t), by the regularised incomplete beta function (Abramowitz & Stegun 26.7.1). */
function withinT(t: number, degrees: number): number {
  return 1 - twoSidedP(t, degrees);
}

/** I_x(a, b), by the continued fraction 26.5.8 of Abramowitz & Stegun, on the side where it converges fast. */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

/** Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 300; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    const factor = d * c;
    result *= factor;
    if (Math.abs(factor - 1) < 1e-14) break;
  }
  return result;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
