import { alpha } from './holm.ts';

/**
 * After which rounds `--rounds auto` looks whether everything is decided. Each look is a chance to be wrong, so there are few of them, half
 * as many rounds again from one to the next, and they share the level between them (Bonferroni): together they are wrong no more often
 * than a single look after a fixed number of rounds is.
 */
export const looks = [8, 12, 18, 27, 40, 60] as const;

/** The level of each single look. */
export const lookAlpha = alpha / looks.length;
