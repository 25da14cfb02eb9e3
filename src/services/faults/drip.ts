import type { Fault } from './fault.ts';
import { readWhole } from './value.ts';

/** As often as octets go out at most: more a second are sent several at a time. */
const sendsPerSecond = 100;

export const drip: Fault = {
  name: 'drip',
  describe: 'the answer comes a few octets at a time',
  value: 'octets a second (20)',
  services: ['ocsp', 'crl', 'auth'],
  prepare(value = '20') {
    const rate = readWhole(value, 'drip', 1);
    const octets = Math.ceil(rate / sendsPerSecond);
    return {
      deliver: (socket, whole) =>
        new Promise((resolve) => {
          let at = 0;
          const timer = setInterval(
            () => {
              socket.write(whole.subarray(at, at + octets));
              at += octets;
              if (at >= whole.length) done();
            },
            (1000 * octets) / rate,
          );
          const done = () => {
            clearInterval(timer);
            socket.removeListener('close', done);
            resolve();
          };
          socket.once('close', done);
        }),
    };
  },
};
