import { rsa } from './rsa.ts';

export const rsa2048 = rsa(2048, 55);
