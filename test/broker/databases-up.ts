import { connect } from 'node:net';

/** Whether something listens on a loopback port: tests that need a database are skipped by name where it is not up. */
export function isUp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

export const postgresPort = 55_432;
export const redisPort = 56_379;
