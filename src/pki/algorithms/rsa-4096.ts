import { rsa } from './rsa.ts';

export const rsa4096 = rsa(4096, 600);
