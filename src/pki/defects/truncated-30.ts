import { truncated } from './truncated.ts';

export const truncated30 = truncated(30);
