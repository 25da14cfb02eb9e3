import type { Verdict } from '../../result/index.ts';

/** Never told by colour alone: each tone has a glyph, and each verdict its word. */
export type Tone = 'good' | 'warning' | 'bad' | 'plain';

export const glyphs: Readonly<Record<Tone, string>> = { good: '✓', warning: '⚠', bad: '✗', plain: '·' };

export function verdictTone(word: Verdict['word']): Tone {
  return tones[word];
}

const tones: Readonly<Record<Verdict['word'], Tone>> = {
  passed: 'good',
  'false verdicts': 'bad',
  'not valid': 'warning',
  regressed: 'bad',
  'no baseline': 'warning',
  'threshold failed': 'bad',
  interrupted: 'warning',
  failed: 'bad',
};
