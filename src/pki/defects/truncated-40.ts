import { truncated } from './truncated.ts';

export const truncated40 = truncated(40);
