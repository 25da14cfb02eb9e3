/**
 * After which rounds `--rounds auto` looks whether everything is decided. Each look is a chance to be wrong, so there are few of them, half
 * as many rounds again from one to the next.
 */
export const looks = [8, 12, 18, 27, 40, 60, 90] as const;

/**
 * The level of each single look, by which all of them together are wrong no more often than `alpha` (1 %), which is the level of a single
 * look after a fixed number of rounds: the same at each (Pocock 1977, "Group sequential methods in the design and analysis of clinical
 * trials"), 3.095 standard errors. The looks go over the same rounds, so this is more than the seventh part that Bonferroni would give.
 */
export const lookAlpha = 0.00197;
