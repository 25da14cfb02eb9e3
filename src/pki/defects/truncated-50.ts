import { truncated } from './truncated.ts';

export const truncated50 = truncated(50);
