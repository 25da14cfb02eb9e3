import { mlDsa } from './ml-dsa.ts';

export const mlDsa44 = mlDsa('ml-dsa-44', '2.16.840.1.101.3.4.3.17', 2);
