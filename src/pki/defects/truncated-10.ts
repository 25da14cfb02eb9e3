import { truncated } from './truncated.ts';

export const truncated10 = truncated(10);
