import { truncated } from './truncated.ts';

export const truncated70 = truncated(70);
