import { truncated } from './truncated.ts';

export const truncated60 = truncated(60);
