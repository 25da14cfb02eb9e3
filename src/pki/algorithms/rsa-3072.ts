import { rsa } from './rsa.ts';

export const rsa3072 = rsa(3072, 200);
