import { truncated } from './truncated.ts';

export const truncated90 = truncated(90);
