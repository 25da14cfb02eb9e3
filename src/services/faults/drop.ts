import type { Fault } from './fault.ts';
import { readWhole } from './value.ts';

export const drop: Fault = {
  name: 'drop',
  describe: 'the connection is cut after so many octets of the answer, its head included',
  value: 'octets (100)',
  services: ['ocsp', 'crl', 'auth'],
  prepare(value = '100') {
    const octets = readWhole(value, 'drop', 0);
    return {
      deliver: (socket, whole) =>
        new Promise((resolve) => {
          const cut = () => {
            socket.destroy();
            resolve();
          };
          // Written out first: a destroyed socket takes what it holds along.
          if (octets === 0) cut();
          else socket.write(whole.subarray(0, octets), cut);
        }),
    };
  },
};
