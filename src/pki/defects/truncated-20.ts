import { truncated } from './truncated.ts';

export const truncated20 = truncated(20);
