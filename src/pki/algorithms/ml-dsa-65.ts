import { mlDsa } from './ml-dsa.ts';

export const mlDsa65 = mlDsa('ml-dsa-65', '2.16.840.1.101.3.4.3.18', 3);
