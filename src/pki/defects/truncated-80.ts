import { truncated } from './truncated.ts';

export const truncated80 = truncated(80);
